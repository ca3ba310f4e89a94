/** Ids in the shapes that Teams gives them, derived from the tenant's so that a second start finds the same. */
import { createHash } from 'node:crypto';

const digest = (...parts: string[]): string =>
  createHash('sha256').update(parts.join('|')).digest('base64url');

/** Teams' id of a person; not derivable for a bot, which gets it from activities and rosters. */
export function personMri(tenantId: string, objectId: string): string {
  return `29:1${digest('person', tenantId, objectId)}`;
}

export function botMri(botAppId: string): string {
  return `28:${botAppId}`;
}

/** @param turn  rises each time the person deletes the chat */
export function personalConversationId(
  botAppId: string,
  tenantId: string,
  objectId: string,
  turn: number,
): string {
  const more = turn === 0 ? [] : [String(turn)];
  return `a:1${digest('chat', botAppId, tenantId, objectId, ...more)}${digest('chat2', botAppId, objectId, ...more)}`;
}

export function channelId(tenantId: string, name: string): string {
  return `19:${digest('channel', tenantId, name).slice(0, 32)}@thread.tacv2`;
}

export function groupChatId(tenantId: string, name: string): string {
  return `19:${digest('group', tenantId, name).slice(0, 32)}@thread.v2`;
}

/** A GUID that stays the same for the same parts (the team's Microsoft 365 group). */
export function stableGuid(...parts: string[]): string {
  const hex = createHash('sha256').update(parts.join('|')).digest('hex');
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

const THREAD_MARK = ';messageid=';

/** Splits '19:…@thread.tacv2;messageid=170…' into channel and thread. */
export function splitConversationId(id: string): { id: string; threadId?: string } {
  const at = id.indexOf(THREAD_MARK);
  return at < 0 ? { id } : { id: id.slice(0, at), threadId: id.slice(at + THREAD_MARK.length) };
}

export function joinConversationId(id: string, threadId: string | undefined): string {
  return threadId === undefined ? id : `${id}${THREAD_MARK}${threadId}`;
}
