import type { SnapshotHeader } from './history.js';
import type { RestoreRequest } from './restore.js';
import type { Handoff } from './handoff.js';
import type { TenantId } from './ids.js';

/** Things that happened behind a chat's back. Each may be told more than once; the bot edits the same cards (one per request and person). */
export type ProductEvent =
  /** State, progress or approvals of a request moved: redraw every card of it, post to approvers when it begins to wait. */
  | { readonly event: 'requestChanged'; readonly request: RestoreRequest }
  | { readonly event: 'handoffChanged'; readonly handoff: Handoff }
  | { readonly event: 'backupFinished'; readonly header: SnapshotHeader }
  /** The channel may lack something that is stored: it is compared. */
  | { readonly event: 'channelDue'; readonly tenant: TenantId }
  | {
      readonly event: 'backupFailed';
      readonly tenant: string;
      readonly code: string;
      readonly text: string;
      readonly hint: string;
    };

/** Implemented by bot/notifier.ts. Must not throw: what cannot be delivered is kept and tried again. */
export interface Notifier {
  notify(event: ProductEvent): Promise<void>;
}
