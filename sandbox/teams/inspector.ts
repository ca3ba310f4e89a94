/** Judges every card and message of the bot and keeps count. Nothing is refused here but what is too big. */
import type { SandboxClock } from '../types.js';
import { brokenRules } from './card-rules.js';
import type { CardSchema } from './card-schema.js';
import { CARD_TYPE, isRecord } from './model.js';
import type { Attachment } from './model.js';
import type { TeamsStats } from './stats.js';

export class Inspector {
  constructor(
    private readonly clock: SandboxClock,
    private readonly stats: TeamsStats,
    private readonly schema: CardSchema | null,
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
  }

  message(where: 'message' | 'edit', text: string | undefined, attachments: readonly Attachment[]): void {
    for (const attachment of attachments) {
      if (attachment.contentType === CARD_TYPE) this.card(where, attachment.content);
    }
    if ((text ?? '') !== '' && attachments.length > 0)
      this.note(where, 'text and a card in one message: Teams may split it, and no usable id comes back');
    if ((text ?? '') === '' && attachments.length === 0) this.note(where, 'the message is empty');
  }
}
