import { approvalView } from '../cards/approval/data.js';
import { decidedView } from '../cards/decided/data.js';
import { backupDoneView } from '../cards/backup-done/data.js';
import { handoffOfferView } from '../cards/handoff-offer/data.js';
import { handoffReadyView } from '../cards/handoff-ready/data.js';
import { handoffStateView } from '../cards/handoff-state/data.js';
import { lapsedView } from '../cards/lapsed/data.js';
import { noticeView } from '../cards/notice/data.js';
import { requestNotice } from '../cards/notice/requests.js';
import { previewView } from '../cards/preview/data.js';
import { restoreOptionsView } from '../cards/restore-options/data.js';
import { resultView } from '../cards/result/data.js';
import { runningView } from '../cards/running/data.js';
import { formatClock } from '../cards/format.js';
import type { ViewContext } from '../cards/frame.js';
import type { View } from '../cards/views.js';
import { waitingView } from '../cards/waiting/data.js';
import { isAskedOf } from '../services/approvals/decide.js';
import { RewindError } from '../services/model/errors.js';
import type { Handoff } from '../services/model/handoff.js';
import { objectId } from '../services/model/ids.js';
import type { SnapshotHeader } from '../services/model/history.js';
import type { Person } from '../services/model/people.js';
import type { Plan } from '../services/model/plan.js';
import type { RestoreRequest } from '../services/model/restore.js';
import type { RestoreOutlook } from '../services/model/restore-service.js';
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
            ? approvalView({ request, plan: known, tenantName, approvers, page }, ctx)
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
        return lapsedView({ request, plan, tenantName, approverGroup, page, say, undoesNumber }, ctx);
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
            page,
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
    if (handoff.state === 'offered' && (await this.mayNameRecipient(handoff, audience)))
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

  /** Whoever asked gets the form by itself; a colleague who takes over says `hand over 31` (the click checks the right again). */
  private async mayNameRecipient({ tenant, requester }: Handoff, audience: string): Promise<boolean> {
    if (audience === requester.objectId) return true;
    const person = { tenant, objectId: objectId(audience), name: '' };
    const roles = await this.app.roles.rolesOf(person).catch(() => new Set<string>());
    return roles.has('operator') || roles.has('administrator');
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

  /** What the channel hears of a request: counts and the names of those who ask and decide (SPEC N4); null = nothing. */
  inChannel(request: RestoreRequest): View | null {
    return requestNotice(request, channelContext(this.app));
  }

  /** A quarter of an hour before a request expires, to each approver who has not decided (SPEC A4); an edited card tells nobody. */
  async reminder(request: RestoreRequest, audience: string): Promise<View> {
    const { number, requester, approval } = request;
    const ctx = await viewContextOf(this.app, audience);
    const until = approval ? formatClock(approval.expiresAt, ctx.timeZone, ctx.now) : '';
    return noticeView(
      {
        glyph: '✓?',
        text: `Request ${number} of ${requester.name} expires at ${until} unless it is decided.`,
        suggestions: [{ title: `Open request ${number}`, text: `request ${number}` }],
      },
      ctx,
    );
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

function mustHave(plan: Plan | null): Plan {
  if (!plan) throw new RewindError('INTERNAL', {}, { message: 'a waiting request has no plan' });
  return plan;
}
