/** Typeahead in ChoiceSets: the bot's own datasets by application/search, people by Teams itself (teams/FACTS §5). */
import { z } from 'zod';
import { describe } from './client.js';
import type { TeamsClient } from './client.js';
import { elements, nestedCards, textOf } from './card-walk.js';
import { isRecord } from './model.js';
import type { Activity, Card, Person } from './model.js';

export interface Choice {
  readonly title: string;
  readonly value: string;
}

export interface Query {
  readonly dataset: string;
  /** The values of the other inputs go along. */
  readonly isWithInputs: boolean;
}

const TOP = 15;
/** Teams itself answers these: people of the organisation, or of the chat. */
const ORGANISATION = 'graph.microsoft.com/users';
const IN_CONTEXT = 'graph.microsoft.com/users?scope=currentContext';

const searchAnswer = z.looseObject({
  statusCode: z.literal(200),
  type: z.literal('application/vnd.microsoft.search.searchResponse'),
  value: z.looseObject({ results: z.array(z.looseObject({ title: z.string(), value: z.string() })) }),
});

/** What an input of the card searches, where it does. */
export function queryOf(card: Card, inputId: string): Query | undefined {
  for (const one of nestedCards(card)) {
    for (const element of elements(one)) {
      const query = element['choices.data'];
      if (element.id === inputId && isRecord(query))
        return { dataset: textOf(query.dataset), isWithInputs: query.associatedInputs === 'auto' };
    }
  }
  return undefined;
}

/**
 * @param data  values of the other inputs, by id
 * @returns at most 15 choices; none when the bot does not answer as it should
 */
export async function searchChoices(
  client: TeamsClient,
  person: Person,
  activity: Activity,
  question: { readonly dataset: string; readonly text: string; readonly data?: Card },
): Promise<Choice[]> {
  const { state, incoming, inspector, limits } = client.parts;
  const conversation = state.conversation(activity.conversationId);
  if (conversation === undefined) return [];
  if (question.dataset.startsWith('graph.microsoft.com/')) {
    const isInChat = question.dataset === IN_CONTEXT;
    // Of the whole organisation it is documented for chats with one person only (teams/FACTS §5); elsewhere, a guess: none.
    if (!isInChat && (question.dataset !== ORGANISATION || conversation.type !== 'personal')) {
      inspector.note(
        'search',
        `Teams does not search ${question.dataset} in a ${conversation.type} conversation`,
      );
      return [];
    }
    const wanted = question.text.toLowerCase();
    const everyone = isInChat
      ? state.directory.members(conversation.memberIds)
      : [...state.directory.everyone()];
    return everyone
      .filter((one) => `${one.displayName} ${one.userPrincipalName}`.toLowerCase().includes(wanted))
      .slice(0, TOP)
      .map((one) => ({ title: one.displayName, value: one.objectId }));
  }
  const value = {
    queryText: question.text,
    queryOptions: { skip: 0, top: TOP },
    dataset: question.dataset,
    ...(question.data === undefined ? {} : { data: question.data }),
  };
  const place = { person, conversation, threadId: activity.threadId };
  const invoke = incoming.invoke(place, 'application/search', value, activity.id);
  const answer = await client.send(invoke, 'application/search', limits.dialogTimeoutMs);
  const found = answer.status === 200 ? searchAnswer.safeParse(answer.body) : undefined;
  if (found?.success !== true) {
    inspector.note('answer', `application/search was answered with ${describe(answer)}`);
    return [];
  }
  return found.data.value.results.slice(0, TOP).map(({ title, value: chosen }) => ({ title, value: chosen }));
}
