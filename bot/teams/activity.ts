import { z } from 'zod';

/** What we read of an incoming activity; everything else is ignored. Ids are opaque: never parsed (teams/SDK.md, trap 9). */
const account = z.looseObject({
  id: z.string().max(512),
  name: z.string().max(512).nullish(),
  aadObjectId: z.guid().nullish(),
});

export const incomingActivity = z.looseObject({
  type: z.string().min(1).max(64),
  id: z.string().max(512).optional(),
  name: z.string().max(128).optional(),
  text: z.string().max(100_000).nullish(),
  channelId: z.literal('msteams'),
  serviceUrl: z.url({ protocol: /^https?$/ }).max(1024),
  from: account,
  recipient: account.optional(),
  conversation: z.looseObject({
    id: z.string().min(1).max(1024),
    conversationType: z.enum(['personal', 'groupChat', 'channel']).catch('personal'),
    tenantId: z.guid().nullish(),
  }),
  channelData: z
    .looseObject({
      tenant: z.looseObject({ id: z.guid() }).nullish(),
      channel: z.looseObject({ id: z.string().max(1024) }).nullish(),
      settings: z
        .looseObject({ selectedChannel: z.looseObject({ id: z.string().max(1024) }).nullish() })
        .nullish(),
    })
    .nullish(),
  entities: z.array(z.looseObject({ type: z.string() })).nullish(),
  locale: z.string().max(64).nullish(),
  localTimezone: z.string().max(64).nullish(),
  replyToId: z.string().max(512).nullish(),
  value: z.unknown().optional(),
  action: z.string().max(64).nullish(),
  membersAdded: z.array(account).nullish(),
});
export type IncomingActivity = z.output<typeof incomingActivity>;

/** `value` of an `adaptiveCard/action` invoke; inputs are merged into data by the client. */
export const cardAction = z.looseObject({
  action: z.looseObject({ verb: z.string().max(64), data: z.record(z.string(), z.unknown()).default({}) }),
  trigger: z.enum(['manual', 'automatic']).default('manual'),
});

/** `value` of task/fetch and task/submit. */
export const dialogAction = z.looseObject({ data: z.record(z.string(), z.unknown()).default({}) });

/** Action.Submit outside a dialog: a message with a value and no text. */
export const submittedData = z.record(z.string(), z.unknown());

/**
 * The command in a message: mentions of the bot removed (also when its name came as several), HTML spaces decoded, white space collapsed.
 * botbuilder's own helper removes only the first mention and throws on a message without text (teams/FACTS.md §8).
 */
export function commandText(activity: IncomingActivity): string {
  let text = activity.text ?? '';
  for (const entity of activity.entities ?? []) {
    const mention = z.looseObject({ text: z.string().nullish(), mentioned: account }).safeParse(entity);
    if (entity.type !== 'mention' || !mention.success) continue;
    if (mention.data.mentioned.id === activity.recipient?.id && mention.data.text)
      text = text.replaceAll(mention.data.text, ' ');
  }
  return text
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
}
