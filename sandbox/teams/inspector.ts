/** Judges every card and message of the bot and keeps count. Nothing is refused here but what is too big. */
import type { SandboxClock } from '../types.js';
import { brokenRules, mentionsOf } from './card-rules.js';
import type { CardSchema } from './card-schema.js';
import { brokenMessageRules } from './message-rules.js';
import { CARD_TYPE, isRecord } from './model.js';
import type { ConversationType } from './model.js';
import type { Outgoing } from './outgoing.js';
import type { TeamsStats } from './stats.js';

export class Inspector {
  constructor(
    private readonly clock: SandboxClock,
    private readonly stats: TeamsStats,
    private readonly schema: CardSchema | null,
    /** Of the tenant, by Teams id, Entra object id or UPN. */
    private readonly isPerson: (id: string) => boolean,
  ) {
    stats.schemaChecked = schema !== null;
  }

  note(where: string, text: string): void {
    this.stats.addViolation({ at: this.clock.now().toISOString(), where, text });
  }

  card(where: 'message' | 'edit' | 'answer' | 'dialog', card: unknown): void {
    if (!isRecord(card)) {
      this.note(where, 'the card is not an object');
      return;
    }
    for (const text of this.schema?.(card) ?? []) this.note(where, `schema: ${text}`);
    for (const text of brokenRules(card, where === 'dialog' ? 'dialog' : 'message')) this.note(where, text);
    for (const { text, mentioned } of mentionsOf(card))
      if (!this.isPerson(mentioned)) this.note(where, `"${text}" mentions nobody of this tenant`);
  }

  message(where: 'message' | 'edit', wanted: Outgoing, place: ConversationType): void {
    for (const { contentType, content } of wanted.attachments ?? [])
      if (contentType === CARD_TYPE) this.card(where, content);
    for (const text of brokenMessageRules(wanted, place, this.isPerson)) this.note(where, text);
  }
}
