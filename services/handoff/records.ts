import { Outbox, OWES_AUDIT_INDEX } from '../audit/outbox.js';
import type { Handoff } from '../model/handoff.js';
import type { CollectionSpec } from '../model/records.js';
import type { HandoffDeps } from './deps.js';

export const HANDOFFS: CollectionSpec<Handoff> = {
  name: 'handoffs',
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['requestId', 1],
    ],
    [['state', 1]],
    OWES_AUDIT_INDEX,
  ],
};

const MINUTE = 60_000;
/** A sealed value lives at most so long (SPEC P3). */
export const SEALED_FOR_MS = 30 * MINUTE;
/** An offer whose recipient nobody names lapses; a new reset makes a new one. */
export const OFFERED_FOR_MS = 24 * 60 * MINUTE;
/** A credential that was being made so long ago belongs to a process that died: it may be made anew. */
export const MAKING_FOR_MS = 2 * MINUTE;

/** Audit entries of hand-offs stand under the request that they belong to. */
export const handoffOutbox = (deps: Pick<HandoffDeps, 'store' | 'audit' | 'clock'>): Outbox<Handoff> =>
  new Outbox(deps.store.collection(HANDOFFS), deps, ({ requestId }) => requestId);

/** What a sealed text is bound to. */
export const sealContext = ({ tenant, id, kind }: Pick<Handoff, 'tenant' | 'id' | 'kind'>): string =>
  `handoff/${tenant}/${id}/${kind}`;
