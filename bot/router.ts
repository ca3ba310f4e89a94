import { nearMissView } from '../cards/near-miss/data.js';
import { pointerView } from '../cards/pointer/data.js';
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
import { isNearMiss, type NearMiss, type ParsedCommand } from './grammar/command.js';
import { explain } from './grammar/misses.js';
import { parse } from './grammar/parse.js';
import { authorize, COMMAND_RULES, VERB_RULES } from './permissions.js';
import type { ActionAnswer, Message } from './answer.js';
import type { App } from './app.js';
import type { Presenter } from './present.js';
import { CHOICE, NeedsChoice } from './resolve.js';
import type { Turn } from './turn.js';
import { viewContext } from './view-context.js';

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
      return await this.run(turn, parsed);
    } catch (error) {
      if (error instanceof NeedsChoice) return [error.picker];
      throw error;
    }
  }

  /** @throws RewindError with what to tell the person; nothing was done then */
  async act(turn: Turn, verb: unknown, fields: Readonly<Record<string, unknown>>): Promise<ActionAnswer> {
    const action = parseAction(verb, fields);
    await authorize(turn, VERB_RULES[action.verb], this.app.roles);
    const deps = [this.app, this.present, turn] as const;
    switch (action.verb) {
      case 'choose':
        return this.choose(turn, action.input.text.replaceAll(CHOICE, action.input.choice));
      case 'command.run':
        return { post: await this.say(turn, action.input.text), notice: '' };
      case 'dismiss':
        return restoreActions.dismiss(...deps, action.input);
      case 'restore.points':
        return restoreActions.points(...deps, action.input);
      case 'restore.usePoint':
        return restoreActions.usePoint(...deps, action.input);
      case 'restore.comesBack':
        return restoreActions.comesBack(...deps, action.input);
      case 'restore.options':
        return restoreActions.options(...deps, action.input);
      case 'restore.preview':
        return restoreActions.preview(...deps, action.input);
      case 'restore.ask':
        return restoreActions.ask(...deps, action.input);
      case 'restore.json':
        return restoreActions.json(...deps, action.input);
      case 'restore.cancel':
        return restoreActions.cancel(...deps, action.input);
      case 'request.withdraw':
        return restoreActions.withdraw(...deps, action.input);
      case 'request.askAgain':
        return restoreActions.askAgain(...deps, action.input);
      case 'approval.approve':
        return requestActions.approve(...deps, action.input);
      case 'approval.deny':
        return requestActions.deny(...deps, action.input);
      case 'approval.reassign':
        return requestActions.reassign(...deps, action.input);
      case 'approval.lines':
        return requestActions.lines(...deps, action.input);
      case 'request.stop':
        return requestActions.stop(...deps, action.input);
      case 'request.undo':
        return requestActions.undo(...deps, action.input);
      case 'request.audit':
        return requestActions.audit(...deps, action.input);
      case 'audit.page':
        return requestActions.auditPage(...deps, action.input);
      case 'request.refresh':
        return requestActions.refresh(...deps, action.input);
      case 'request.open':
        return requestActions.open(...deps, action.input);
      case 'handoff.offer':
        return handoffActions.offer(...deps, action.input);
      case 'handoff.assign':
        return handoffActions.assign(...deps, action.input);
      case 'handoff.confirm':
        return handoffActions.confirm(...deps, action.input);
      case 'handoff.show':
        return handoffActions.show(...deps, action.input);
      case 'handoff.close':
        return handoffActions.close(...deps, action.input);
      case 'credential.start':
        return credentials.start(...deps, action.input);
      case 'show.version':
        return browseActions.showVersion(...deps, action.input);
      case 'show.tab':
        return browseActions.showTab(...deps, action.input);
      case 'find.page':
        return browseActions.findPage(...deps, action.input);
      case 'changed.page':
        return browseActions.changedPage(...deps, action.input);
      case 'compare.page':
        return browseActions.comparePage(...deps, action.input);
      case 'requests.page':
        return browseActions.requestsPage(...deps, action.input);
    }
  }

  /** First words in a new personal chat. */
  welcome(turn: Turn): Promise<readonly Message[]> {
    return general.hello(this.app, turn);
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

  private run(turn: Turn, command: ParsedCommand): Promise<readonly Message[]> | readonly Message[] {
    const { app, present } = this;
    switch (command.command) {
      case 'help':
        return general.help(app, turn, command);
      case 'hello':
        return general.hello(app, turn);
      case 'status':
        return general.status(app, turn);
      case 'covered':
        return general.covered(app, turn);
      case 'backup':
        return general.backup(app, turn);
      case 'verify':
        return general.verify(app, turn);
      case 'hold':
        return retention.hold(app, turn, command);
      case 'release':
        return retention.release(app, turn, command);
      case 'prune':
        return retention.prune(app, turn, command);
      case 'audit':
        return audit(app, turn, command);
      case 'restore':
        return restore(app, present, turn, command);
      case 'undo':
        return requests.undo(app, present, turn, command);
      case 'request':
        return requests.showRequest(app, present, turn, command);
      case 'approve':
        return requests.approve(app, present, turn, command);
      case 'deny':
        return requests.deny(app, present, turn, command);
      case 'reassign':
        return requests.reassign(app, present, turn, command);
      case 'withdraw':
        return requests.withdraw(app, present, turn, command);
      case 'stop':
        return requests.stop(app, present, turn, command);
      case 'resetPassword':
      case 'issuePass':
      case 'revokeSessions':
        return credentials.credential(app, present, turn, command);
      case 'handOver':
        return handoffs.handOver(app, present, turn, command);
      case 'reveal':
        return handoffs.reveal(app, present, turn, command);
      case 'find':
        return find(app, turn, command);
      case 'show':
        return show(app, turn, command);
      case 'compare':
        return compare(app, turn, command);
      case 'changed':
        return changed(app, turn, command);
      case 'requests':
        return requestList(app, turn);
    }
  }

  /** A near miss gets the nearest command and a button; nothing is ever run from it by itself (SPEC C1). */
  private nearMiss(turn: Turn, miss: NearMiss): Message {
    const { problem, suggestions } = explain(miss);
    const input = { text: miss.text, ...(problem ? { problem } : {}), suggestions };
    return { view: nearMissView(input, viewContext(this.app, turn)) };
  }
}
