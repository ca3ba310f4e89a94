import { userInfo } from 'node:os';
import { renderText } from '../../cards/text.js';
import type { View, ViewOf } from '../../cards/views.js';
import { isRewindError, RewindError } from '../../services/model/errors.js';
import { objectId, type RequestId } from '../../services/model/ids.js';
import type { Person } from '../../services/model/people.js';
import { newReference, systemRandom } from '../../services/model/random.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import type { ActionAnswer, Message } from '../answer.js';
import type { App } from '../app.js';
import { errorView } from '../errors.js';
import type { Presenter } from '../present.js';
import type { Router } from '../router.js';
import type { Turn } from '../turn.js';
import { errorData } from './error-lines.js';
import { EXIT, type FromClient } from './protocol.js';

export interface TerminalIo {
  print(text: string): void;
  error(text: string): void;
  json(value: unknown): void;
  /** null = the person left. */
  ask(prompt: string, secret: boolean): Promise<string | null>;
  /** Aborts when the other end is gone or Ctrl-C was typed. */
  readonly left: AbortSignal;
}

type Sentence = Extract<FromClient, { type: 'say' }>;

/** How often a request that another instance works on is looked at again (machine time). */
const LOOK_AGAIN_IN_MS = 1_000;

/**
 * The command-line host: the same words, the same router, rights, policy and audit as in chat (SPEC A7). It asks at the prompt what
 * a card's buttons would ask; without a terminal it asks nothing and says which flag was missing.
 */
export class Session {
  constructor(
    private readonly app: App,
    private readonly router: Router,
    private readonly present: Presenter,
  ) {}

  /** @returns the exit code */
  async run(sentence: Sentence, io: TerminalIo): Promise<number> {
    const reference = newReference(systemRandom);
    let turn: Turn | null = null;
    try {
      const person = await operator(this.app);
      turn = {
        tenant: this.app.tenant,
        person,
        door: 'terminal',
        place: 'terminal',
        timeZone: this.app.config.TIME_ZONE,
        reference,
        asData: sentence.json,
      };
      return await new Conversation(this.app, this.router, this.present, turn, sentence, io).say(
        sentence.text,
      );
    } catch (error) {
      const view = turn ? errorView(error, turn, this.app) : null;
      const code = isRewindError(error) ? error : new RewindError('INTERNAL', {}, { cause: error });
      if (sentence.json) io.json({ error: { ...errorData(code), reference } });
      else
        io.error(
          view
            ? renderText(view, { width: sentence.width, colour: sentence.colour })
            : `${code.userText} ${code.notDone} ${code.hint}`,
        );
      if (isRewindError(error, 'NOT_ALLOWED', 'TERMINAL_UNKNOWN_USER', 'NOT_YOUR_REQUEST', 'OWN_REQUEST'))
        return EXIT.notAllowed;
      return isRewindError(
        error,
        'COMMAND_INCOMPLETE',
        'INPUT_INVALID',
        'TIME_NOT_UNDERSTOOD',
        'OBJECT_NOT_FOUND',
      )
        ? EXIT.usage
        : EXIT.failed;
    }
  }
}

/** Who the operating-system account is, by the settings; the socket's folder lets nobody else in. */
async function operator(app: App): Promise<Person> {
  const account = userInfo().username;
  const entries = (app.config.TERMINAL_OPERATORS ?? '')
    .split(',')
    .map((entry) => entry.split('=').map((part) => part.trim()));
  const upn = entries.find(([name]) => name === account)?.[1] ?? entries.find(([name]) => name === '*')?.[1];
  if (!upn) throw new RewindError('TERMINAL_UNKNOWN_USER', { account });
  const [user] = await app.directory.reader.findByKey('user', 'userPrincipalName', upn);
  if (!user || user.properties['accountEnabled'] === false)
    throw new RewindError('TERMINAL_UNKNOWN_USER', { account });
  return {
    tenant: app.tenant,
    objectId: objectId(user.id),
    name: app.catalog.type('user').nameOf(user.properties),
    upn,
  };
}

/** One sentence and what follows from it, until there is nothing more to ask. */
class Conversation {
  constructor(
    private readonly app: App,
    private readonly router: Router,
    private readonly present: Presenter,
    private readonly turn: Turn,
    private readonly options: Sentence,
    private readonly io: TerminalIo,
  ) {}

  async say(text: string): Promise<number> {
    return this.follow(await this.router.say(this.turn, text));
  }

  private async follow(messages: readonly Message[]): Promise<number> {
    for (const message of messages.slice(0, -1)) this.print(message.view);
    const last = messages.at(-1);
    return last ? this.step(last) : EXIT.ok;
  }

  private async act(verb: string, fields: Record<string, unknown>): Promise<number> {
    const answer: ActionAnswer = await this.router.act(this.turn, verb, fields);
    const messages = [...(answer.replace ? [answer.replace] : []), ...(answer.post ?? [])];
    if (messages.length === 0 && answer.notice) this.io.print(answer.notice);
    return this.follow(messages);
  }

  /** What a card's buttons would ask, asked at the prompt. */
  private async step({ view, subject }: Message): Promise<number> {
    switch (view.card) {
      case 'which-one':
        return this.whichOne(view);
      case 'near-miss':
        return this.nearMiss(view);
      case 'restore-options':
        // The preview says all that the options card says, and more.
        return this.act('restore.preview', {
          id: subject?.id,
          ...(this.options.reason ? { reason: this.options.reason } : {}),
        });
      case 'preview':
        return this.preview(view, subject?.id);
      case 'lapsed':
      case 'waiting':
      case 'running':
        return this.watch(view, subject?.id as RequestId | undefined);
      case 'result':
        this.print(view);
        return this.removals(await this.request(subject?.id));
      default:
        this.print(view);
        return view.card === 'error' ? EXIT.failed : EXIT.ok;
    }
  }

  private async whichOne(view: ViewOf<'which-one'>): Promise<number> {
    this.print(view);
    const { choices } = view.data;
    const answer = await this.question(`[1-${choices.length}] `, 'type the full name or the sign-in name');
    const chosen = choices[Number(answer) - 1];
    if (!chosen) return EXIT.usage;
    const text = view.data.buttons.find((button) => button.verb === 'choose')?.data['text'];
    return this.act('choose', { text, choice: chosen.value });
  }

  private async nearMiss(view: ViewOf<'near-miss'>): Promise<number> {
    this.print(view);
    const text = view.data.buttons.find((button) => button.verb === 'command.run')?.data['text'];
    if (!this.options.interactive || this.options.json || typeof text !== 'string') return EXIT.usage;
    return (await this.confirm(`Run "${text}"?`)) ? this.say(text) : EXIT.usage;
  }

  private async preview(view: ViewOf<'preview'>, id: string | undefined): Promise<number> {
    const request = await this.request(id);
    const plan = request?.planId ? await this.app.restore.plan(this.turn.tenant, request.planId) : null;
    if (!request || !plan) {
      this.print(view);
      return EXIT.ok;
    }
    if (plan.operations.length === 0 || !plan.applyable) {
      this.print(view);
      return plan.applyable ? EXIT.ok : EXIT.failed;
    }
    if (!this.options.json || !this.options.yes) this.print(view);
    const question =
      plan.needs.approvers === 0
        ? 'Restore now?'
        : `Needs ${plan.needs.approvers} approver${plan.needs.approvers > 1 ? 's' : ''}. Ask now?`;
    if (!(await this.confirm(question)))
      return this.options.interactive || this.options.json ? EXIT.ok : this.missing('--yes');
    const reason =
      request.reason ??
      this.options.reason ??
      (await this.question('Why (ticket or reason)? ', '--reason "…"'));
    if (!reason) return EXIT.usage;
    return this.act('restore.ask', { id: request.id, rev: request.rev, hash: plan.hash, reason });
  }

  /** Follows a request to its end; leaving (Ctrl-C) leaves the request as it is. */
  private async watch(view: View, id: RequestId | undefined): Promise<number> {
    if (!id || !this.options.wait) {
      this.print(view);
      return EXIT.waiting;
    }
    let shown = '';
    for (;;) {
      const request = await this.request(id);
      if (!request) throw new RewindError('REQUEST_NOT_FOUND');
      const mark = `${request.state}:${request.progress?.done ?? ''}`;
      if (mark !== shown) {
        shown = mark;
        const side = request.requester.objectId === this.turn.person.objectId ? 'requester' : 'approver';
        const current = await this.present.requestFor(
          request,
          {
            timeZone: this.turn.timeZone,
            now: this.app.clock.now(),
            viewer: this.turn.person,
            place: 'terminal',
          },
          side,
        );
        const live = request.state === 'waiting' || request.state === 'running';
        if (live && !this.options.json) this.io.print(this.text(current));
        if (!live) return this.ended(current, request);
      }
      if (this.io.left.aborted) return EXIT.waiting;
      await this.app.changes.next(id, LOOK_AGAIN_IN_MS, this.io.left);
    }
  }

  private async ended(view: View, request: RestoreRequest): Promise<number> {
    this.print(view);
    if (request.state !== 'lapsed') return this.removals(request);
    const plan = request.planId ? await this.app.restore.plan(this.turn.tenant, request.planId) : null;
    if (
      !plan?.applyable ||
      plan.operations.length === 0 ||
      !(await this.confirm('Ask again with this plan?'))
    )
      return EXIT.failed;
    return this.act('request.askAgain', { id: request.id, rev: request.rev, hash: plan.hash });
  }

  /** What came back and is not to stay has a preview of its own (SPEC R8); nobody is led into it by --yes. */
  private async removals(request: RestoreRequest | null): Promise<number> {
    const exit = exitOf(request?.state);
    const next = await this.request(request?.followedBy);
    if (next?.state !== 'asks' || !this.options.interactive || this.options.json) return exit;
    const answer = await this.io.ask('Preview the removals now? [y/N] ', false);
    return /^(y|yes)$/i.test(answer?.trim() ?? '') ? this.act('request.open', { id: next.id }) : exit;
  }

  private request(id: string | undefined): Promise<RestoreRequest | null> {
    return id ? this.app.restore.get(this.turn.tenant, id as RequestId) : Promise.resolve(null);
  }

  private text(view: View): string {
    return renderText(view, { width: this.options.width, colour: this.options.colour });
  }

  private print(view: View): void {
    if (this.options.json) this.io.json(view.data);
    else if (view.card === 'error') this.io.error(this.text(view));
    else this.io.print(this.text(view));
  }

  private async confirm(question: string): Promise<boolean> {
    if (this.options.yes) return true;
    if (!this.options.interactive || this.options.json) return false;
    const answer = await this.io.ask(`${question} [y/N] `, false);
    return /^(y|yes)$/i.test(answer?.trim() ?? '');
  }

  private async question(prompt: string, flag: string): Promise<string> {
    if (!this.options.interactive || this.options.json) {
      this.missing(flag);
      return '';
    }
    return (await this.io.ask(prompt, false))?.trim() ?? '';
  }

  private missing(flag: string): number {
    this.io.error(`Nothing was asked, since this is not a terminal. Missing: ${flag}`);
    return EXIT.usage;
  }
}

function exitOf(state: RestoreRequest['state'] | undefined): number {
  if (state === 'done') return EXIT.ok;
  return state === 'incomplete' ? EXIT.incomplete : EXIT.failed;
}
