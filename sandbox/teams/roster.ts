/** Members of conversations and what a team is, as the connector tells them to a bot. */
import type { Limits } from './limits.js';
import type { Conversation, Person } from './model.js';
import { fail } from './outgoing.js';
import type { TeamsState } from './state.js';

/** What a page may hold; other sizes become the nearest of these. */
const MAX_PAGE = 500;
const MIN_PAGE = 50;
const PAGE = 200;

export interface RosterOptions {
  readonly state: TeamsState;
  readonly limits: Limits;
  readonly tenantId: string;
  /** Counts a call. @throws HttpProblem 429 */
  readonly count: (key: string, rates: Limits['readRates']) => void;
}

export class Roster {
  constructor(private readonly options: RosterOptions) {}

  /** All at once, which is deprecated. */
  whole(conversation: Conversation): unknown {
    this.#count(conversation);
    this.options.count(`roster|${conversation.id}`, this.options.limits.wholeRosterRates);
    return this.#people(conversation).map((person) => this.#account(person));
  }

  /** @param id  a Teams id, an Entra object id or a UPN */
  one(conversation: Conversation, id: string): unknown {
    this.#count(conversation);
    const person = this.#people(conversation).find((one) =>
      [one.mri, one.objectId, one.userPrincipalName].includes(id),
    );
    if (person === undefined) throw fail(404, 'MemberNotFoundInConversation', 'Member not found.');
    return this.#account(person);
  }

  page(conversation: Conversation, query: URLSearchParams): unknown {
    this.#count(conversation);
    const people = this.#people(conversation);
    const wanted = Number(query.get('pageSize') ?? PAGE);
    if (!Number.isInteger(wanted)) throw fail(400, 'Bad Argument', 'pageSize must be a number.');
    const size = Math.min(MAX_PAGE, Math.max(MIN_PAGE, wanted));
    const start = startOf(query.get('continuationToken'), conversation);
    const end = start + size;
    return {
      members: people.slice(start, end).map((person) => this.#account(person)),
      ...(end < people.length ? { continuationToken: tokenFor(end, conversation) } : {}),
    };
  }

  /** @param channel  one of the team's */
  team({ team, memberIds }: Conversation): unknown {
    return {
      id: team?.id,
      name: team?.name,
      aadGroupId: team?.groupId,
      channelCount: this.#channels().length,
      memberCount: memberIds.length,
    };
  }

  /** General comes first and has no name. */
  channels(channel: Conversation): unknown {
    this.options.count(`channels|${channel.id}`, this.options.limits.readRates);
    return { conversations: this.#channels() };
  }

  #channels(): { readonly id: string; readonly name: string | null }[] {
    const { state } = this.options;
    const channel = state.channel();
    return [
      { id: state.general().id, name: null },
      ...(channel.gone === true ? [] : [{ id: channel.id, name: channel.name }]),
    ];
  }

  #people(conversation: Conversation): Person[] {
    return this.options.state.directory.members(conversation.memberIds);
  }

  #count(conversation: Conversation): void {
    this.options.count(`read|${conversation.id}`, this.options.limits.readRates);
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
      tenantId: this.options.tenantId,
      userRole: 'user',
    };
  }
}

/** Opaque to the caller, and good for this conversation only. */
function tokenFor(start: number, { id }: Conversation): string {
  return Buffer.from(JSON.stringify([start, id])).toString('base64url');
}

function startOf(token: string | null, { id }: Conversation): number {
  if (token === null || token === '') return 0;
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const start = /^\[(\d{1,9}),/.exec(text)?.[1];
  if (start !== undefined && text === JSON.stringify([Number(start), id])) return Number(start);
  throw fail(400, 'Bad Argument', 'continuationToken is not one of this conversation.');
}
