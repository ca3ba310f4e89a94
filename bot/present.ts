import { approvalView } from '../cards/approval/data.js';
import { decidedView } from '../cards/decided/data.js';
import { backupDoneView } from '../cards/backup-done/data.js';
import { handoffOfferView } from '../cards/handoff-offer/data.js';
import { handoffReadyView } from '../cards/handoff-ready/data.js';
import { handoffStateView } from '../cards/handoff-state/data.js';
import { lapsedView } from '../cards/lapsed/data.js';
import { noticeView } from '../cards/notice/data.js';
import { previewView } from '../cards/preview/data.js';
import { restoreOptionsView } from '../cards/restore-options/data.js';
import { resultView } from '../cards/result/data.js';
import { runningView } from '../cards/running/data.js';
import type { ViewContext } from '../cards/frame.js';
import type { View } from '../cards/views.js';
import { waitingView } from '../cards/waiting/data.js';
import { isAskedOf } from '../services/approvals/index.js';
import { RewindError } from '../services/model/errors.js';
import type { Handoff } from '../services/model/handoff.js';
import type { SnapshotHeader } from '../services/model/history.js';
import type { Person } from '../services/model/people.js';
import type { Plan } from '../services/model/plan.js';
import type { RestoreOutlook, RestoreRequest } from '../services/model/restore.js';
import type { App } from './app.js';
import { sayRequest } from './grammar/say.js';
import { namesOf, sayOutlook } from './line-names.js';
import { channelContext, viewContextOf } from './view-context.js';

type Side = 'requester' | 'approver';

/** Which card shows a request or hand-off now, to whom. Every door draws through here, so that no two tell different stories. */
export class Presenter {
  constructor(private readonly app: App) {}

  /** The card of a request for one person, drawn behind their back (edits, proactive messages). */
  async request(request: RestoreRequest, audience: string, side: Side): Promise<View> {
    return this.requestFor(request, await viewContextOf(this.app, audience), side);
  }

  /**
   * The card of a request as it stands.
   * @param page of the lines, from 1; for an approver 0 or nothing means the short card
   */
  async requestFor(request: RestoreRequest, ctx: ViewContext, side: Side, page?: number): Promise<View> {
    const [plan, tenantName, undoesNumber, undoneByNumber, followsNumber, followUp] = await Promise.all([
      request.planId ? this.app.restore.plan(request.tenant, request.planId) : null,
      this.app.tenantName(),
      this.numberOf(request.undoes),
      this.numberOf(request.undoneBy),
      this.numberOf(request.follows),
      request.followedBy ? this.app.restore.get(request.tenant, request.followedBy) : null,
    ]);
    const say = sayRequest(request, undoesNumber, plan ? namesOf(plan, request.options.leaveOut) : []);
    const approverGroup = this.app.roles.groupName('approver');
    switch (request.state) {
      case 'asks':
        return plan
          ? previewView(
              { request, plan, tenantName, approverGroup, page, say, undoesNumber, followsNumber },
              ctx,
            )
          : restoreOptionsView({ request, tenantName, ...(await this.outlook(request)) }, ctx);
      case 'waiting': {
        const approvers = await this.approvers(request);
        const known = mustHave(plan);
        if (side === 'approver')
          return ctx.viewer && isAskedOf(request, ctx.viewer)
            ? approvalView({ request, plan: known, tenantName, approvers, page, say }, ctx)
            : decidedView({ request, plan, tenantName, say, undoesNumber }, ctx);
        return waitingView(
          {
            request,
            plan: known,
            tenantName,
            approverGroup,
            asked: approvers.map(({ name }) => name),
            say,
            undoesNumber,
          },
          ctx,
        );
      }
      case 'running':
        return runningView({ request, tenantName, say, undoesNumber }, ctx);
      case 'lapsed':
        return lapsedView({ request, plan, tenantName, approverGroup, say, undoesNumber }, ctx);
      case 'done':
      case 'incomplete':
      case 'failed':
      case 'cancelled': {
        if (!request.result) return decidedView({ request, plan, tenantName, say, undoesNumber }, ctx);
        const handoff = await this.app.handoff.ofRequest(request.tenant, request.id);
        const offered =
          handoff?.state === 'offered' ? { handoffId: handoff.id, handoffKind: handoff.kind } : {};
        return resultView(
          {
            request,
            plan,
            tenantName,
            say,
            undoesNumber,
            undoneByNumber,
            followsNumber,
            ...(followUp ? { followUp } : {}),
            ...offered,
          },
          ctx,
        );
      }
      case 'denied':
      case 'withdrawn':
      case 'expired':
        return decidedView({ request, plan, tenantName, say, undoesNumber }, ctx);
    }
  }

  /** What the options card shows, with the sentence: the lines that come back are named as the outlook has them. */
  private async outlook(request: RestoreRequest): Promise<{ outlook: RestoreOutlook; say: string }> {
    const outlook = await this.app.restore.outlook(request.tenant, request.id);
    return { outlook, say: sayOutlook(request, outlook) };
  }

  /** The card of a hand-off for one person: only the recipient gets the button that shows the value. */
  async handoff(handoff: Handoff, audience: string, ctx?: ViewContext): Promise<View> {
    const context = ctx ?? (await viewContextOf(this.app, audience));
    const tenantName = await this.app.tenantName();
    const requestNumber = (await this.numberOf(handoff.requestId)) ?? 0;
    const say = `hand over request ${requestNumber}`;
    if (handoff.state === 'offered' && audience === handoff.requester.objectId)
      return this.handoffForm(handoff, context);
    if (handoff.state === 'ready' && audience === handoff.recipient?.objectId)
      return handoffReadyView(
        { handoff, tenantName, requestNumber, say: `show the pass of request ${requestNumber}` },
        context,
      );
    const mayConfirm =
      handoff.state === 'confirming' &&
      ![handoff.requester, handoff.assignedBy, handoff.recipient].some(
        (person) => person?.objectId === audience,
      );
    return handoffStateView({ handoff, tenantName, requestNumber, say, mayConfirm }, context);
  }

  /** The form that names the recipient: the user's manager first. */
  async handoffForm(handoff: Handoff, ctx: ViewContext): Promise<View> {
    const approvers = await this.app.roles.peopleWith(handoff.tenant, 'approver').catch(() => []);
    const people = approvers
      .filter((person) => person.objectId !== handoff.requester.objectId)
      .map((person) => ({
        type: 'user',
        id: person.objectId,
        name: person.name,
        ...(person.upn ? { key: person.upn } : {}),
      }));
    const requestNumber = (await this.numberOf(handoff.requestId)) ?? 0;
    return handoffOfferView(
      {
        handoff,
        requestNumber,
        tenantName: await this.app.tenantName(),
        people,
        say: `hand over request ${requestNumber}`,
      },
      ctx,
    );
  }

  /** Who gets a card of a hand-off by themselves: its recipient; and, for an administrator's, those who may confirm. */
  async handoffAudience(handoff: Handoff): Promise<readonly Person[]> {
    if (handoff.state === 'ready' && handoff.recipient) return [handoff.recipient];
    if (handoff.state !== 'confirming') return [];
    const involved = new Set(
      [handoff.requester, handoff.assignedBy, handoff.recipient].map((person) => person?.objectId),
    );
    return (await this.app.roles.peopleWith(handoff.tenant, 'approver')).filter(
      (person) => !involved.has(person.objectId),
    );
  }

  /** For the person who asked for it: always in full. */
  async backupFor(header: SnapshotHeader, audience: string): Promise<View> {
    return backupDoneView(
      { header, tenantName: await this.app.tenantName() },
      await viewContextOf(this.app, audience),
    );
  }

  /** "a request waits: 1 user, asked by Hanna Berg": counts and the names of those who ask, nothing of the objects (SPEC N4). */
  requestWaits(request: RestoreRequest): View {
    const text = `A request waits: ${countsOf(request)}, asked by ${request.requester.name}.`;
    return noticeView({ glyph: '✓?', text, notes: notesOf(request) }, channelContext(this.app));
  }

  requestEnded(request: RestoreRequest): View {
    const approvers =
      request.approval?.decisions.filter(({ verdict }) => verdict === 'approved').map(({ by }) => by.name) ??
      [];
    const text = `${KIND_WORDS[request.kind]} ${request.state}: ${countsOf(request)}, asked by ${request.requester.name}${approvers.length > 0 ? `, approved by ${approvers.join(' and ')}` : ''}.`;
    return noticeView({ glyph: '↩', text, notes: notesOf(request) }, channelContext(this.app));
  }

  private async approvers(request: RestoreRequest): Promise<readonly Person[]> {
    const people =
      request.approval?.reassignedTo ??
      (await this.app.roles.peopleWith(request.tenant, 'approver').catch(() => []));
    return people.filter((person) => person.objectId !== request.requester.objectId);
  }

  private async numberOf(id: RestoreRequest['id'] | undefined): Promise<number | undefined> {
    return id ? (await this.app.restore.get(this.app.tenant, id))?.number : undefined;
  }
}

const KIND_WORDS = { restore: 'Restore', undo: 'Undo', credential: 'Sign-in request' } as const;

/** What was done at the command line of the server is announced as that (SPEC A7). */
const notesOf = ({ number, atCommandLine }: RestoreRequest): readonly string[] => [
  `request ${number}${atCommandLine ? ' · at the command line of the server' : ''}`,
];

function countsOf(request: RestoreRequest): string {
  const counts = new Map<string, number>();
  for (const subject of request.subjects) counts.set(subject.type, (counts.get(subject.type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${count} ${type}${count === 1 ? '' : 's'}`).join(', ');
}

function mustHave(plan: Plan | null): Plan {
  if (!plan) throw new RewindError('INTERNAL', {}, { message: 'a waiting request has no plan' });
  return plan;
}
