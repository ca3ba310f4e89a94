/** The Bot Connector's REST API (v3) as Teams serves it. Errors: teams/wire-examples.json; limits: limits.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { TeamsFaults } from './faults.js';
import { HttpProblem, readJson, sendJson } from './http.js';
import { botMri, joinConversationId, splitConversationId } from './ids.js';
import type { Inspector } from './inspector.js';
import { RateMeter, utf16Bytes } from './limits.js';
import type { Limits } from './limits.js';
import type { Activity, Conversation, Person } from './model.js';
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

const attachment = z.looseObject({
  contentType: z.string(),
  content: z.unknown().optional(),
  contentUrl: z.string().optional(),
  name: z.string().optional(),
});
const outgoing = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  textFormat: z.string().nullish(),
  summary: z.string().nullish(),
  attachments: z.array(attachment).nullish(),
  suggestedActions: z
    .looseObject({ actions: z.array(z.looseObject({ title: z.string(), value: z.unknown() })) })
    .nullish(),
  channelData: z
    .looseObject({ notification: z.looseObject({ alert: z.boolean().optional() }).nullish() })
    .nullish(),
});
type Outgoing = z.infer<typeof outgoing>;
const newConversation = z.looseObject({
  isGroup: z.boolean().nullish(),
  members: z.array(z.looseObject({ id: z.string().optional() })).nullish(),
  tenantId: z.string().nullish(),
  channelData: z
    .looseObject({
      channel: z.looseObject({ id: z.string() }).nullish(),
      tenant: z.looseObject({ id: z.string() }).nullish(),
    })
    .nullish(),
  activity: outgoing.nullish(),
});

/** '/emea/<tenant>/v3/…' as in the real service's addresses. */
const PATH = /^\/([a-z]+)\/([0-9a-f-]{36})\/v3\/(.+)$/i;
const MAX_PAGE = 500;
const MIN_PAGE = 50;

const fail = (status: number, code: string, message: string, headers?: Record<string, string>): HttpProblem =>
  new HttpProblem(status, { error: { code, message } }, headers);

export class Connector {
  readonly #options: ConnectorOptions;
  readonly #meter = new RateMeter();

  constructor(options: ConnectorOptions) {
    this.#options = options;
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
    const trouble =
      fault === undefined
        ? undefined
        : fail(
            fault.status,
            fault.code,
            'Made on request.',
            fault.retryAfterInSeconds === undefined
              ? undefined
              : { 'retry-after': String(fault.retryAfterInSeconds) },
          );
    if (trouble !== undefined && fault?.afterTheWrite !== true) throw trouble;
    const answer = await this.#route(req, region, rest.split('/').map(decodeURIComponent), url);
    if (trouble !== undefined) throw trouble;
    sendJson(res, answer.status, answer.body);
    return true;
  }

  async #route(
    req: IncomingMessage,
    region: string,
    [area, conversationId, part, id]: string[],
    url: URL,
  ): Promise<{ status: number; body?: unknown }> {
    const method = req.method ?? 'GET';
    if (area === 'conversations' && conversationId === undefined && method === 'POST')
      return this.#create(region, await readJson(req));
    if (area === 'teams' && conversationId !== undefined && method === 'GET')
      return this.#team(conversationId, part);
    if (area !== 'conversations' || conversationId === undefined)
      throw fail(404, 'Not Found', 'No such operation.');
    const { conversation, threadId } = this.#find(region, conversationId);
    if (part === 'activities') {
      if (method === 'POST') return this.#send(conversation, threadId, id, await readJson(req), url);
      if (method === 'PUT' && id !== undefined) return this.#update(conversation, id, await readJson(req));
      if (method === 'DELETE' && id !== undefined) return this.#delete(conversation, id);
    }
    if (method === 'GET' && (part === 'members' || part === 'pagedmembers'))
      return this.#members(conversation, part, id, url);
    throw fail(405, 'MethodNotAllowed', `${method} is not served here.`);
  }

  #create(region: string, body: unknown): { status: number; body?: unknown } {
    const { state, tenantId } = this.#options;
    const wanted = parseBody(newConversation, body);
    const tenant = wanted.tenantId ?? wanted.channelData?.tenant?.id;
    if (tenant !== tenantId)
      throw fail(400, 'Bad Argument', 'tenantId is missing or is not the tenant of this service URL.');
    const channel = wanted.channelData?.channel?.id;
    if (channel !== undefined) {
      const conversation = state.conversation(channel);
      if (conversation?.type !== 'channel')
        throw fail(404, 'ConversationNotFound', 'Conversation not found.');
      if (wanted.activity === undefined || wanted.activity === null)
        throw fail(400, 'Bad Argument', 'A new thread needs its first activity.');
      this.#mustBeInstalled(conversation);
      this.#countSend(conversation);
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
    state.acceptRegion(conversation, region);
    if (wanted.activity === undefined || wanted.activity === null) return created(conversation.id);
    this.#countSend(conversation);
    return created(conversation.id, this.#post(conversation, undefined, wanted.activity).id);
  }

  #send(
    conversation: Conversation,
    threadId: string | undefined,
    replyTo: string | undefined,
    body: unknown,
    url: URL,
  ): { status: number; body?: unknown } {
    this.#mustBeInstalled(conversation);
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

  #update(conversation: Conversation, id: string, body: unknown): { status: number; body?: unknown } {
    this.#mustBeInstalled(conversation);
    this.#countSend(conversation);
    const activity = this.#own(conversation, id);
    const wanted = parseBody(outgoing, body);
    this.#checkSize(wanted);
    const content = contentOf(wanted);
    this.#options.inspector.message('edit', content.text, content.attachments);
    this.#options.stats.edits += 1;
    this.#options.state.edit(activity, content);
    return { status: 200, body: { id } };
  }

  #delete(conversation: Conversation, id: string): { status: number; body?: unknown } {
    this.#mustBeInstalled(conversation);
    this.#countSend(conversation);
    const activity = this.#own(conversation, id);
    this.#options.stats.deletions += 1;
    this.#options.state.remove(activity);
    return { status: 200 };
  }

  #members(
    conversation: Conversation,
    part: 'members' | 'pagedmembers',
    id: string | undefined,
    url: URL,
  ): { status: number; body?: unknown } {
    this.#mustBeInstalled(conversation);
    const { readRates, wholeRosterRates } = this.#options.limits;
    this.#count(`read|${conversation.id}`, readRates);
    if (part === 'members' && id === undefined) this.#count(`roster|${conversation.id}`, wholeRosterRates);
    const people = this.#options.state.directory.members(conversation.memberIds);
    if (part === 'members' && id !== undefined) {
      const person = people.find((one) => [one.mri, one.objectId, one.userPrincipalName].includes(id));
      if (person === undefined) throw fail(404, 'MemberNotFoundInConversation', 'Member not found.');
      return { status: 200, body: this.#account(person) };
    }
    if (part === 'members') return { status: 200, body: people.map((person) => this.#account(person)) };
    const size = Math.min(
      MAX_PAGE,
      Math.max(MIN_PAGE, Number(url.searchParams.get('pageSize') ?? 200) || 200),
    );
    const start = Number(url.searchParams.get('continuationToken') ?? 0) || 0;
    const next = start + size < people.length ? { continuationToken: String(start + size) } : {};
    const page = people.slice(start, start + size).map((person) => this.#account(person));
    return { status: 200, body: { members: page, ...next } };
  }

  #team(teamId: string, part: string | undefined): { status: number; body?: unknown } {
    const channel = this.#options.state.channel();
    if (channel.team?.id !== teamId && channel.team?.groupId !== teamId)
      throw fail(404, 'ConversationNotFound', 'Team not found.');
    this.#mustBeInstalled(channel);
    const { id, name, groupId } = channel.team;
    if (part === 'conversations')
      return {
        status: 200,
        body: {
          conversations: [
            { id, name: null },
            { id: channel.id, name: channel.name },
          ],
        },
      };
    return {
      status: 200,
      body: { id, name, aadGroupId: groupId, channelCount: 2, memberCount: channel.memberIds.length },
    };
  }

  #find(region: string, fullId: string): { conversation: Conversation; threadId?: string } {
    const { id, threadId } = splitConversationId(fullId);
    const conversation = this.#options.state.conversation(id);
    const known = conversation?.region === region || conversation?.otherRegions.includes(region);
    if (conversation === undefined || known !== true)
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

  #post(conversation: Conversation, threadId: string | undefined, wanted: Outgoing): Activity {
    this.#checkSize(wanted);
    if (wanted.type !== 'message')
      throw fail(400, 'Bad Argument', `Activities of type ${wanted.type} are not sent to Teams.`);
    const content = contentOf(wanted);
    this.#options.inspector.message('message', content.text, content.attachments);
    this.#options.stats.posts += 1;
    return this.#options.state.post(
      conversation,
      { bot: true },
      { ...content, ...(threadId === undefined ? {} : { threadId }) },
    );
  }

  #checkSize(wanted: Outgoing): void {
    const { limits, stats } = this.#options;
    const bytes = utf16Bytes(wanted);
    stats.largestMessageBytes = Math.max(stats.largestMessageBytes, bytes);
    if (bytes <= limits.maxMessageBytes) return;
    stats.refusedTooBig += 1;
    throw fail(413, 'MessageSizeTooBig', `Message size too large: ${bytes} bytes.`);
  }

  #mustBeInstalled(conversation: Conversation): void {
    if (conversation.installed) return;
    throw fail(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  }

  #countSend(conversation: Conversation): void {
    this.#count(`send|${conversation.id}`, this.#options.limits.sendRates);
  }

  #count(key: string, rates: Limits['sendRates']): void {
    const waitInSeconds = this.#meter.take(key, rates);
    if (waitInSeconds === undefined) return;
    this.#options.stats.throttled += 1;
    throw fail(429, 'Throttled', 'Too many requests.', { 'retry-after': String(waitInSeconds) });
  }

  #account(person: Person): Record<string, unknown> {
    const [givenName = '', ...rest] = person.displayName.split(' ');
    return {
      id: person.mri,
      name: person.displayName,
      aadObjectId: person.objectId,
      objectId: person.objectId,
      givenName,
      surname: rest.join(' '),
      email: person.userPrincipalName,
      userPrincipalName: person.userPrincipalName,
      tenantId: this.#options.tenantId,
      userRole: 'user',
    };
  }

  /** The bot's own id, for the page and scripts. */
  get botId(): string {
    return botMri(this.#options.botAppId);
  }
}

function created(id: string, activityId?: string): { status: number; body: unknown } {
  return { status: 201, body: { id, ...(activityId === undefined ? {} : { activityId }) } };
}

function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw fail(400, 'BadSyntax', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`);
}

function contentOf(wanted: Outgoing): Pick<Activity, 'attachments'> & Partial<Activity> {
  const suggested = wanted.suggestedActions?.actions ?? [];
  return {
    ...(wanted.text ? { text: wanted.text } : {}),
    ...(wanted.textFormat ? { textFormat: wanted.textFormat } : {}),
    ...(wanted.summary ? { summary: wanted.summary } : {}),
    ...(wanted.channelData?.notification?.alert === true ? { alert: true } : {}),
    ...(suggested.length === 0
      ? {}
      : {
          suggestedActions: suggested.map(({ title, value }) => ({ title, value: String(value ?? title) })),
        }),
    attachments: (wanted.attachments ?? []).map(({ contentType, content, contentUrl, name }) => ({
      contentType,
      ...(content === undefined ? {} : { content }),
      ...(contentUrl === undefined ? {} : { contentUrl }),
      ...(name === undefined ? {} : { name }),
    })),
  };
}
