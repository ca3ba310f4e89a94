/** What Teams takes from a bot's message, beyond its cards. Sources: teams/FACTS §2, §6, §7, §8 and botframework-schema 4.23. */
import { asksForFeed } from './outgoing.js';
import type { Outgoing } from './outgoing.js';
import type { ConversationType } from './model.js';

/** Members of an activity; what else is sent is passed over without a word, so it is a mistake. */
const MEMBERS: ReadonlySet<string> = new Set(
  (
    'type id timestamp localTimestamp localTimezone callerId serviceUrl channelId from conversation recipient textFormat ' +
    'attachmentLayout membersAdded membersRemoved reactionsAdded reactionsRemoved topicName historyDisclosed locale text speak ' +
    'inputHint summary suggestedActions attachments entities channelData action replyToId label valueType value name relatesTo ' +
    'code expiration importance deliveryMode listenFor textHighlights semanticAction'
  ).split(' '),
);
const TEXT_FORMATS: ReadonlySet<string> = new Set(['plain', 'markdown', 'xml']);
/** Which there are besides is from public samples; that Teams shows nothing for another is a guess. */
const CONTENT_TYPES =
  /^(application\/vnd\.microsoft\.(card\.(adaptive|hero|thumbnail|oauth|signin|receipt)|teams\.card\.(o365connector|list|file\.consent|file\.info))|image\/(png|jpeg|gif|\*))$/;
const AT = /<at>.*?<\/at>/g;

/**
 * @param isPerson  of the tenant, by Teams id, Entra object id or UPN
 * @returns one text per broken rule; empty = Teams would show the message as meant
 */
export function brokenMessageRules(
  wanted: Outgoing,
  place: ConversationType,
  isPerson: (id: string) => boolean,
): string[] {
  const text = wanted.text ?? '';
  const attachments = wanted.attachments ?? [];
  const broken = Object.keys(wanted)
    .filter((name) => !MEMBERS.has(name))
    .map((name) => `an activity has no member "${name}"`);
  if (text !== '' && attachments.length > 0)
    broken.push('text and a card in one message: Teams may split it, and no usable id comes back');
  if (text === '' && attachments.length === 0) broken.push('the message is empty');
  if (wanted.textFormat && !TEXT_FORMATS.has(wanted.textFormat))
    broken.push(`textFormat "${wanted.textFormat}" is not known`);
  for (const { contentType } of attachments)
    if (!CONTENT_TYPES.test(contentType)) broken.push(`Teams shows no attachment of type ${contentType}`);
  if (asksForFeed(wanted) && !wanted.summary)
    broken.push('notification.alert without a summary: nothing comes into the feed');
  if ((wanted.suggestedActions?.actions ?? []).length > 0 && place !== 'personal')
    broken.push('suggested actions are shown in personal chats only');
  return [...broken, ...mentionRules(wanted, isPerson)];
}

/** A mention counts where its text stands in the message, word for word, and where it names a person. */
function mentionRules(wanted: Outgoing, isPerson: (id: string) => boolean): string[] {
  const text = wanted.text ?? '';
  const mentions = (wanted.entities ?? []).filter(({ type }) => type === 'mention');
  const named = new Set(mentions.map((one) => one.text ?? ''));
  const orphans = [...new Set(text.match(AT) ?? [])].filter((at) => !named.has(at));
  return [
    ...orphans.map((at) => `${at} is in the text, and in no entity`),
    ...mentions.flatMap((mention) => {
      const at = mention.text ?? '';
      const id = mention.mentioned?.id ?? '';
      return [
        ...(at === '' || !text.includes(at) ? [`the mention "${at}" does not stand in the text`] : []),
        ...(isPerson(id) ? [] : [`"${at}" mentions nobody: bots mention people of the tenant only`]),
      ];
    }),
  ];
}
