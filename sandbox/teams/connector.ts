/** The Bot Connector's REST API (v3) as Teams serves it. Errors: teams/wire-examples.json; limits: limits.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { troubleOf } from './faults.js';
import type { TeamsFaults } from './faults.js';
import { HttpProblem, readJson, sendJson } from './http.js';
import { botMri, joinConversationId, splitConversationId } from './ids.js';
import type { Inspector } from './inspector.js';
import { RateMeter, utf16Bytes } from './limits.js';
import type { Limits } from './limits.js';
import type { Activity, Conversation } from './model.js';
import { contentOf, fail, newConversation, outgoing, parseBody } from './outgoing.js';
import type { Outgoing } from './outgoing.js';
import { Roster } from './roster.js';
import type { TeamsState } from './state.js';
import type { TeamsStats } from './stats.js';

export interface ConnectorOptions {
  readonly state: TeamsState;
  readonly limits: Limits;
  readonly stats: TeamsStats;
  readonly faults: TeamsFaults;
  readonly inspector: Inspector;
  readonly tenantId: string;
  readonly botAppId: string;
  readonly verifyToken: (authorization?: string) => Promise<boolean>;
}

/** '/emea/<tenant>/v3/…' as in the real service's addresses. */
const PATH = /^\/([a-z]+)\/([0-9a-f-]{36})\/v3\/(.+)$/i;

const OF_A_CONVERSATION: ReadonlySet<string> = new Set([
  'POST conversations/*/activities',
  'POST conversations/*/activities/*',
  'PUT conversations/*/activities/*',
  'DELETE conversations/*/activities/*',
  'GET conversations/*/members',
  'GET conversations/*/members/*',
  'GET conversations/*/pagedmembers',
]);

const QUERY: Readonly<Record<string, readonly string[]>> = {
  'POST conversations/*/activities': ['isTargetedActivity'],
  'POST conversations/*/activities/*': ['isTargetedActivity'],
  'GET conversations/*/pagedmembers': ['pageSize', 'continuationToken'],
};

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export class Connector {
  readonly #options: ConnectorOptions;
  readonly #meter = new RateMeter();
  readonly #roster: Roster;

  constructor(options: ConnectorOptions) {
    this.#options = options;
    const { state, limits, tenantId } = options;
    this.#roster = new Roster({ state, limits, tenantId, count: (key, rates) => this.#count(key, rates) });
  }

  /** @returns false when the path is not the connector's */
  async handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<boolean> {
    const match = PATH.exec(url.pathname);
    if (match === null) return false;
    const [, region = '', tenant = '', rest = ''] = match;
    const { verifyToken, stats, tenantId, faults } = this.#options;
    if (!(await verifyToken(req.headers.authorization))) {
      stats.unauthorized += 1;
      throw fail(401, 'BotNotRegistered', 'Authorization has been denied for this request.');
    }
    if (tenant.toLowerCase() !== tenantId.toLowerCase())
      throw fail(403, 'NotEnoughPermissions', 'The bot is not known in this tenant.');
    this.#count('app', this.#options.limits.appRates);
    const fault = faults.takeConnector();
    const trouble = fault === undefined ? undefined : troubleOf(fault);
    if (trouble !== undefined && fault?.afterTheWrite !== true) throw trouble;
    const answer = await this.#route(req, region, rest, url).catch((problem: unknown) => {
      this.#countMistake(req, url, problem);
      throw problem;
    });
    if (trouble !== undefined) throw trouble;
    sendJson(res, answer.status, answer.body);
    return true;
  }

  async #route(req: IncomingMessage, region: string, path: string, url: URL): Promise<Answer> {
    const segments = segmentsOf(path);
    const operation = operationOf(req.method, segments);
    const [, id, , item] = segments;
    this.#countUnknownQuery(operation, url);
    if (operation === 'POST conversations') return this.#create(region, await readJson(req));
    if (operation === 'GET teams/*') return { status: 200, body: this.#roster.team(this.#team(region, id)) };
    if (operation === 'GET teams/*/conversations')
      return { status: 200, body: this.#roster.channels(this.#team(region, id)) };
    if (!OF_A_CONVERSATION.has(operation)) throw fail(404, 'Not Found', 'No such operation.');
    const { conversation, threadId } = this.#find(region, id ?? '');
    this.#mustBeReachable(conversation);
    switch (operation) {
      case 'POST conversations/*/activities':
      case 'POST conversations/*/activities/*':
        return this.#send(conversation, threadId, item, await readJson(req), url);
      case 'PUT conversations/*/activities/*':
        return this.#update(conversation, item ?? '', await readJson(req));
      case 'DELETE conversations/*/activities/*':
        return this.#delete(conversation, item ?? '');
      case 'GET conversations/*/members':
        return { status: 200, body: this.#roster.whole(conversation) };
      case 'GET conversations/*/members/*':
        return { status: 200, body: this.#roster.one(conversation, item ?? '') };
      default:
        return { status: 200, body: this.#roster.page(conversation, url.searchParams) };
    }
  }

  #create(region: string, body: unknown): Answer {
    const { state, tenantId } = this.#options;
    const wanted = parseBody(newConversation, body);
    const tenants = [wanted.tenantId, wanted.channelData?.tenant?.id].filter(
      (one) => typeof one === 'string',
    );
    const channel = wanted.channelData?.channel?.id;
    // A channel belongs to its tenant: the SDK's own sendMessageToTeamsChannel names none.
    if ((tenants.length === 0 && channel === undefined) || tenants.some((one) => one !== tenantId))
      throw fail(400, 'Bad Argument', 'tenantId is missing or is not the tenant of this service URL.');
    const asks = wanted.bot?.id ?? this.botId;
    if (asks !== this.botId) throw fail(400, 'Bad Argument', 'bot.id is not the bot that asks.');
    if (channel !== undefined) {
      const conversation = state.conversation(channel);
      if (conversation?.type !== 'channel' || conversation.gone === true)
        throw fail(404, 'ConversationNotFound', 'Conversation not found.');
      if (wanted.isGroup !== true || wanted.activity === undefined || wanted.activity === null)
        throw fail(400, 'Bad Argument', 'A new thread needs isGroup true and its first activity.');
      this.#mustBeReachable(conversation);
      this.#countCreate(conversation);
      const posted = this.#post(conversation, undefined, wanted.activity);
      state.acceptRegion(conversation, region);
      return created(joinConversationId(conversation.id, posted.id), posted.id);
    }
    const members = wanted.members ?? [];
    if (wanted.isGroup === true || members.length !== 1)
      throw fail(400, 'Bad Argument', 'A bot opens chats with exactly one member and isGroup false.');
    const id = members[0]?.id ?? '';
    const named = state.directory.find(id);
    // A UPN or a name finds people in this sandbox's scripts; the real service takes ids only.
    const person = named?.objectId === id || named?.mri === id ? named : undefined;
    if (person === undefined)
      throw fail(400, 'Bad Argument', 'members[0].id must be a Teams id or an Entra object id.');
    const conversation = state.personal(person.objectId);
    // A member of a team that has the app can be written to, as can who added it (teams/FACTS §7).
    const reachable =
      conversation.installed ||
      [state.channel(), state.group()].some(
        (shared) => shared.installed && shared.memberIds.includes(person.objectId),
      );
    if (!reachable)
      throw fail(403, 'BotNotInConversationRoster', "Bot is not installed in user's personal scope");
    state.setInstalled(conversation, true);
    this.#mustBeReachable(conversation);
    this.#countCreate(conversation);
    state.acceptRegion(conversation, region);
    if (wanted.activity === undefined || wanted.activity === null) return created(conversation.id);
    return created(conversation.id, this.#post(conversation, undefined, wanted.activity).id);
  }

  #send(
    conversation: Conversation,
    threadId: string | undefined,
    replyTo: string | undefined,
    body: unknown,
    url: URL,
  ): Answer {
    if (url.searchParams.get('isTargetedActivity') === 'true')
      throw fail(400, 'Bad Argument', 'Targeted messages are a preview that this service does not offer.');
    this.#countSend(conversation);
    const wanted = parseBody(outgoing, body);
    const root = replyTo === undefined ? undefined : this.#options.state.activity(replyTo)?.threadId;
    const thread = threadId ?? root;
    if (wanted.type === 'typing') {
      this.#options.state.events.emit('typing', conversation.id, thread);
      return { status: 202, body: { id: this.#options.state.nextId() } };
    }
    return { status: 201, body: { id: this.#post(conversation, thread, wanted).id } };
  }

  #update(conversation: Conversation, id: string, body: unknown): Answer {
    this.#countSend(conversation);
    const activity = this.#own(conversation, id);
    const wanted = this.#message(body, 'edit', conversation);
    this.#options.stats.edits += 1;
    this.#options.state.edit(activity, contentOf(wanted));
    return { status: 200, body: { id } };
  }

  #delete(conversation: Conversation, id: string): Answer {
    this.#countSend(conversation);
    const activity = this.#own(conversation, id);
    this.#options.stats.deletions += 1;
    this.#options.state.remove(activity);
    return { status: 200 };
  }

  /** Any channel of the team; found by the team's id or that of its Microsoft 365 group. */
  #team(region: string, id: string | undefined): Conversation {
    const channel = this.#options.state.channel();
    const isIt = channel.team?.id === id || channel.team?.groupId === id;
    if (!isIt || !isServed(channel, region)) throw fail(404, 'ConversationNotFound', 'Team not found.');
    this.#mustBeReachable(channel);
    return channel;
  }

  #find(region: string, fullId: string): { conversation: Conversation; threadId?: string } {
    const { id, threadId } = splitConversationId(fullId);
    const conversation = this.#options.state.conversation(id);
    if (conversation === undefined || conversation.gone === true || !isServed(conversation, region))
      throw fail(404, 'ConversationNotFound', 'Conversation not found at this service URL.');
    if (threadId !== undefined && this.#options.state.activity(threadId)?.conversationId !== id)
      throw fail(404, 'ConversationNotFound', 'Thread not found.');
    return { conversation, ...(threadId === undefined ? {} : { threadId }) };
  }

  #own(conversation: Conversation, id: string): Activity {
    const activity = this.#options.state.activity(id);
    if (activity?.conversationId !== conversation.id || activity.deletedAt !== undefined)
      throw fail(404, 'ActivityNotFoundInConversation', 'The activity is not in this conversation.');
    if (!activity.from.bot) throw fail(403, 'NotEnoughPermissions', 'A bot changes its own messages only.');
    return activity;
  }

  #post(conversation: Conversation, threadId: string | undefined, body: unknown): Activity {
    const wanted = this.#message(body, 'message', conversation);
    this.#options.stats.posts += 1;
    return this.#options.state.post(
      conversation,
      { bot: true },
      { ...contentOf(wanted), ...(threadId === undefined ? {} : { threadId }) },
    );
  }

  /** What the bot wants people to see, held against the limits and the rules. */
  #message(body: unknown, where: 'message' | 'edit', conversation: Conversation): Outgoing {
    const wanted = parseBody(outgoing, body);
    this.#checkSize(wanted);
    if (wanted.type !== 'message')
      throw fail(400, 'Bad Argument', `Activities of type ${wanted.type} are not sent to Teams.`);
    this.#options.inspector.message(where, wanted, conversation.type);
    return wanted;
  }

  #checkSize(wanted: Outgoing): void {
    const { limits, stats } = this.#options;
    const bytes = utf16Bytes(wanted);
    stats.largestMessageBytes = Math.max(stats.largestMessageBytes, bytes);
    if (bytes <= limits.maxMessageBytes) return;
    stats.refusedTooBig += 1;
    throw fail(413, 'MessageSizeTooBig', `Message size too large: ${bytes} bytes.`);
  }

  /** The app is there, and its person does not block it. */
  #mustBeReachable(conversation: Conversation): void {
    if (!conversation.installed)
      throw fail(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
    if (conversation.blocked === true)
      throw fail(403, 'ConversationBlockedByUser', 'User blocked the conversation with the bot.');
  }

  #countUnknownQuery(operation: string, url: URL): void {
    const known = QUERY[operation] ?? [];
    for (const name of url.searchParams.keys())
      if (!known.includes(name))
        this.#options.inspector.note('connector', `${operation} has no option "${name}"`);
  }

  /** A call that no bot means to make: an operation that is not there, a body that is none. */
  #countMistake(req: IncomingMessage, url: URL, problem: unknown): void {
    const status = problem instanceof HttpProblem ? problem.status : 0;
    const code = problem instanceof HttpProblem ? JSON.stringify(problem.body) : '';
    if (status !== 400 && !code.includes('"Not Found"')) return;
    const path = url.pathname.replace(PATH, '/v3/$3').slice(0, 200);
    this.#options.inspector.note('connector', `${req.method ?? 'GET'} ${path}: ${code.slice(0, 300)}`);
  }

  #countSend(conversation: Conversation): void {
    this.#count(`send|${conversation.id}`, this.#options.limits.sendRates);
  }

  /** Opening is counted apart from sending, by the same figures. */
  #countCreate(conversation: Conversation): void {
    this.#count(`create|${conversation.id}`, this.#options.limits.sendRates);
  }

  #count(key: string, rates: Limits['sendRates']): void {
    const waitInSeconds = this.#meter.take(key, rates);
    if (waitInSeconds === undefined) return;
    this.#options.stats.throttled += 1;
    throw fail(429, 'Throttled', 'Too many requests.', { 'retry-after': String(waitInSeconds) });
  }

  get botId(): string {
    return botMri(this.#options.botAppId);
  }
}

/** @throws HttpProblem 400 for an escape that is none */
function segmentsOf(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    throw fail(400, 'Bad Argument', 'The path is not well escaped.');
  }
}

// Such as 'PUT conversations/*/activities/*': every second part of a path is an id.
function operationOf(method = 'GET', segments: readonly string[]): string {
  return `${method} ${segments.map((part, index) => (index % 2 === 0 ? part : '*')).join('/')}`;
}

function isServed({ region, otherRegions }: Conversation, asked: string): boolean {
  return region === asked || otherRegions.includes(asked);
}

function created(id: string, activityId?: string): Answer {
  return { status: 201, body: { id, ...(activityId === undefined ? {} : { activityId }) } };
}
