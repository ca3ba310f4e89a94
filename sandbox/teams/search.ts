/** Typeahead in ChoiceSets: the bot's own datasets by application/search, people by Teams itself (teams/FACTS §5). */
import type { TeamsClient } from './client.js';
import { elements, nestedCards, textOf } from './card-walk.js';
import { isRecord } from './model.js';
import type { Activity, Card, Person } from './model.js';

export interface Choice {
  readonly title: string;
  readonly value: string;
}

const TOP = 15;

/** The dataset behind an input of the card, where it has one. */
export function datasetOf(card: Card, inputId: string): string | undefined {
  for (const one of nestedCards(card)) {
    for (const element of elements(one)) {
      const query = element['choices.data'];
      if (element.id === inputId && isRecord(query)) return textOf(query.dataset);
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
  question: { readonly dataset: string; readonly text: string; readonly data: Card },
): Promise<Choice[]> {
  const { state, incoming, inspector, limits } = client.parts;
  const conversation = state.conversation(activity.conversationId);
  if (conversation === undefined) return [];
  if (question.dataset.startsWith('graph.microsoft.com/users')) {
    const wanted = question.text.toLowerCase();
    const inChat = question.dataset.includes('scope=currentContext');
    const everyone = inChat
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
    data: question.data,
  };
  const place = { person, conversation, threadId: activity.threadId };
  const invoke = incoming.invoke(place, 'application/search', value, activity.id);
  const answer = await client.send(invoke, 'application/search', limits.dialogTimeoutMs);
  const body = isRecord(answer.body) ? answer.body : {};
  const results = isRecord(body.value) ? body.value.results : undefined;
  if (
    answer.status !== 200 ||
    body.type !== 'application/vnd.microsoft.search.searchResponse' ||
    !Array.isArray(results)
  ) {
    inspector.note('answer', `application/search was answered with HTTP ${String(answer.status)}`);
    return [];
  }
  return results
    .filter(isRecord)
    .slice(0, TOP)
    .map((one) => ({ title: textOf(one.title), value: textOf(one.value) }));
}
