import { OWES_AUDIT_INDEX } from '../audit/outbox.js';
import type { Plan } from '../model/plan.js';
import type { JournalEntry, RestoreRequest } from '../model/restore.js';
import type { CollectionSpec } from '../model/records.js';

export const REQUESTS: CollectionSpec<RestoreRequest> = {
  name: 'requests',
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['number', -1],
    ],
    [
      ['tenant', 1],
      ['state', 1],
      ['number', -1],
    ],
    [
      ['tenant', 1],
      ['requester.objectId', 1],
      ['number', -1],
    ],
    [['state', 1]],
    OWES_AUDIT_INDEX,
  ],
};

export const PLANS: CollectionSpec<Plan> = {
  name: 'plans',
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['requestId', 1],
    ],
  ],
};

export const JOURNAL: CollectionSpec<JournalEntry> = {
  name: 'journal',
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['requestId', 1],
      ['order', 1],
    ],
  ],
};
