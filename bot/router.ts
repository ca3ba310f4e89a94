import { nearMissView } from '../cards/near-miss/data.js';
import { pointerView } from '../cards/pointer/data.js';
import type { VerbName } from '../cards/verbs.js';
import * as handoffActions from './actions/handoff.js';
import * as browseActions from './actions/browse.js';
import * as requestActions from './actions/requests.js';
import * as restoreActions from './actions/restore.js';
import { parseAction } from './actions/schema.js';
import { changed } from './commands/changed.js';
import { compare } from './commands/compare.js';
import * as credentials from './commands/credentials.js';
import { find } from './commands/find.js';
import * as general from './commands/general.js';
import * as handoffs from './commands/handoffs.js';
import { audit } from './commands/audit.js';
import * as requests from './commands/requests.js';
import * as retention from './commands/retention.js';
import { requests as requestList } from './commands/request-list.js';
import { restore } from './commands/restore.js';
import { show } from './commands/show.js';
import { isNearMiss, type CommandName, type NearMiss } from './grammar/command.js';
import { explain } from './grammar/misses.js';
import { parse } from './grammar/parse.js';
import { authorize, COMMAND_RULES, VERB_RULES } from './permissions.js';
import type { ActionAnswer, Message } from './answer.js';
import type { App } from './app.js';
import type { Act, Command } from './handlers.js';
import type { Presenter } from './present.js';
import { CHOICE, NeedsChoice } from './resolve.js';
import type { Turn } from './turn.js';
import { viewContext } from './view-context.js';

/** What each sentence does. A command without a row does not compile. */
const COMMANDS: { readonly [N in CommandName]: Command<N> } = {
  help: general.help,
  hello: general.hello,
  status: general.status,
  covered: general.covered,
  backup: general.backup,
  verify: general.verify,
  hold: retention.hold,
  release: retention.release,
  prune: retention.prune,
  audit,
  restore,
  undo: requests.undo,
  request: requests.showRequest,
  approve: requests.approve,
  deny: requests.deny,
  reassign: requests.reassign,
  withdraw: requests.withdraw,
  stop: requests.stop,
  resetPassword: credentials.credential,
  issuePass: credentials.credential,
  revokeSessions: credentials.credential,
  handOver: handoffs.handOver,
  reveal: handoffs.reveal,
  find,
  show,
  compare,
  changed,
  requests: requestList,
};

/** What each button does; two more run a sentence, which is the router's own work. */
const ACTS: { readonly [V in Exclude<VerbName, 'choose' | 'command.run'>]: Act<V> } = {
  dismiss: restoreActions.dismiss,
  'restore.points': restoreActions.points,
  'restore.usePoint': restoreActions.usePoint,
  'restore.comesBack': restoreActions.comesBack,
  'restore.options': restoreActions.options,
  'restore.preview': restoreActions.preview,
  'restore.ask': restoreActions.ask,
  'restore.json': restoreActions.json,
  'restore.cancel': restoreActions.cancel,
  'request.withdraw': restoreActions.withdraw,
  'request.askAgain': restoreActions.askAgain,
  'approval.approve': requestActions.approve,
  'approval.deny': requestActions.deny,
  'approval.reassign': requestActions.reassign,
  'approval.lines': requestActions.lines,
  'request.stop': requestActions.stop,
  'request.undo': requestActions.undo,
  'request.audit': requestActions.audit,
  'audit.page': requestActions.auditPage,
  'request.refresh': requestActions.refresh,
  'request.open': requestActions.open,
  'handoff.offer': handoffActions.offer,
  'handoff.assign': handoffActions.assign,
  'handoff.confirm': handoffActions.confirm,
  'handoff.show': handoffActions.show,
  'handoff.close': handoffActions.close,
  'credential.start': credentials.start,
  'show.version': browseActions.showVersion,
  'show.tab': browseActions.showTab,
  'find.page': browseActions.findPage,
  'changed.page': browseActions.changedPage,
  'compare.page': browseActions.comparePage,
  'requests.page': browseActions.requestsPage,
};

/** Text → command, verb → card action. The same for Teams and the terminal; no feature logic. */
export class Router {
  constructor(
    private readonly app: App,
    private readonly present: Presenter,
  ) {}

  /** @throws RewindError with what to tell the person */
  async say(turn: Turn, text: string): Promise<readonly Message[]> {
    const parsed = parse(text, {
      now: this.app.clock.now(),
      timeZone: turn.timeZone,
      ...(turn.locale ? { locale: turn.locale } : {}),
    });
    if (isNearMiss(parsed)) return [this.nearMiss(turn, parsed)];
    await authorize(turn, COMMAND_RULES[parsed.command], this.app.roles);
    try {
      // A sentence and its command have one name: the key of both.
      return await COMMANDS[parsed.command](this.app, this.present, turn, parsed as never);
    } catch (error) {
      if (error instanceof NeedsChoice) return [error.picker];
      throw error;
    }
  }

  /** @throws RewindError with what to tell the person; nothing was done then */
  async act(turn: Turn, verb: unknown, fields: Readonly<Record<string, unknown>>): Promise<ActionAnswer> {
    const action = parseAction(verb, fields);
    await authorize(turn, VERB_RULES[action.verb], this.app.roles);
    switch (action.verb) {
      case 'choose':
        return this.choose(turn, action.input.text.replaceAll(CHOICE, action.input.choice));
      case 'command.run':
        return { post: await this.say(turn, action.input.text), notice: '' };
      default:
        // The schema of a verb and its act have the same input: one name is the key of both.
        return ACTS[action.verb](this.app, this.present, turn, action.input as never);
    }
  }

  /** First words in a new personal chat. */
  welcome(turn: Turn): Promise<readonly Message[]> {
    return general.hello(this.app, this.present, turn, { command: 'hello' });
  }

  /** In a channel: the answer waits in the personal chat. */
  pointer(turn: Turn, reachable: boolean): Message {
    return {
      view: pointerView({ name: turn.person.name, notReachable: !reachable }, viewContext(this.app, turn)),
    };
  }

  /** The chosen object's card takes the picker's place. */
  private async choose(turn: Turn, sentence: string): Promise<ActionAnswer> {
    const [first, ...rest] = await this.say(turn, sentence);
    return { ...(first ? { replace: first } : {}), post: rest };
  }

  /** A near miss gets the nearest command and a button; nothing is ever run from it by itself (SPEC C1). */
  private nearMiss(turn: Turn, miss: NearMiss): Message {
    const { problem, suggestions } = explain(miss);
    const input = { text: miss.text, ...(problem ? { problem } : {}), suggestions };
    return { view: nearMissView(input, viewContext(this.app, turn)) };
  }
}
