/** What a bot sends to the connector, as far as the simulation reads it. Shapes: teams/wire-examples.json, botframework-schema 4.23. */
import { z } from 'zod';
import { HttpProblem } from './http.js';
import type { Activity } from './model.js';

const attachment = z.looseObject({
  contentType: z.string(),
  content: z.unknown().optional(),
  contentUrl: z.string().optional(),
  name: z.string().optional(),
});
const entity = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  mentioned: z.looseObject({ id: z.string(), name: z.string().nullish() }).nullish(),
});
export const outgoing = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  textFormat: z.string().nullish(),
  summary: z.string().nullish(),
  attachments: z.array(attachment).nullish(),
  entities: z.array(entity).nullish(),
  suggestedActions: z
    .looseObject({ actions: z.array(z.looseObject({ title: z.string(), value: z.unknown() })) })
    .nullish(),
  channelData: z
    .looseObject({ notification: z.looseObject({ alert: z.boolean().optional() }).nullish() })
    .nullish(),
});
export type Outgoing = z.infer<typeof outgoing>;

export const newConversation = z.looseObject({
  isGroup: z.boolean().nullish(),
  bot: z.looseObject({ id: z.string().nullish() }).nullish(),
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

/** An error of the connector, as teams/wire-examples.json names them. */
export const fail = (
  status: number,
  code: string,
  message: unknown,
  headers?: Record<string, string>,
): HttpProblem => new HttpProblem(status, { error: { code, message } }, headers);

/** @throws HttpProblem 400 BadSyntax */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw fail(400, 'BadSyntax', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`);
}

/** What of it a person sees. */
export function contentOf(wanted: Outgoing): Pick<Activity, 'attachments'> & Partial<Activity> {
  const suggested = wanted.suggestedActions?.actions ?? [];
  return {
    ...(wanted.text ? { text: wanted.text } : {}),
    ...(wanted.textFormat ? { textFormat: wanted.textFormat } : {}),
    ...(wanted.summary ? { summary: wanted.summary } : {}),
    ...(asksForFeed(wanted) && wanted.summary ? { alert: true } : {}),
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

/** An entry in the activity feed is wanted; it comes with a summary only (teams/FACTS §7). */
export function asksForFeed(wanted: Outgoing): boolean {
  return wanted.channelData?.notification?.alert === true;
}
