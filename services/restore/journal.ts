import { RewindError } from '../model/errors.js';
import type { RequestId, TenantId } from '../model/ids.js';
import type { Random } from '../model/random.js';
import type { Records, RecordStore } from '../model/records.js';
import type { Plan } from '../model/plan.js';
import type { JournalEntry, OperationOutcome } from '../model/restore.js';
import { JOURNAL } from './records.js';

/**
 * The journal of one apply run: every operation's entry is moved to `sending` before its call and to `settled` after, each step by
 * compare-and-set, so that two processes can never both send one operation (SPEC R20).
 */
export class Journal {
  private constructor(
    private readonly records: Records<JournalEntry>,
    private readonly entries: Map<string, JournalEntry>,
  ) {}

  /** Opens the journal of a request, creating the entries that are missing (a crash may have left some). */
  static async open(
    store: RecordStore,
    random: Random,
    tenant: TenantId,
    requestId: RequestId,
    plan: Plan,
  ): Promise<Journal> {
    const records = store.collection(JOURNAL);
    const known = await readJournal(store, tenant, requestId);
    const entries = new Map(known.map((entry) => [entry.operationId, entry]));
    for (const [order, operation] of plan.operations.entries()) {
      if (entries.has(operation.id)) continue;
      const entry: JournalEntry = {
        tenant,
        id: `${requestId}:${operation.id}`,
        rev: 1,
        requestId,
        operationId: operation.id,
        order,
        state: 'planned',
        clientRequestId: random.guid(),
      };
      if (!(await records.create(entry))) throw new RewindError('LEASE_LOST');
      entries.set(operation.id, entry);
    }
    return new Journal(records, entries);
  }

  entry(operationId: string): JournalEntry {
    const entry = this.entries.get(operationId);
    if (!entry)
      throw new RewindError('INTERNAL', {}, { message: `INTERNAL: no journal entry ${operationId}` });
    return entry;
  }

  all(): readonly JournalEntry[] {
    return [...this.entries.values()].sort((a, b) => a.order - b.order);
  }

  outcome(operationId: string): OperationOutcome | undefined {
    return this.entries.get(operationId)?.outcome;
  }

  /** @throws LEASE_LOST when another process moved the entry */
  async move(operationId: string, change: Partial<JournalEntry>): Promise<JournalEntry> {
    const stored = await this.records.update({ ...this.entry(operationId), ...change });
    if (!stored) throw new RewindError('LEASE_LOST');
    this.entries.set(operationId, stored);
    return stored;
  }
}

export async function readJournal(
  store: RecordStore,
  tenant: TenantId,
  requestId: RequestId,
): Promise<readonly JournalEntry[]> {
  return store.collection(JOURNAL).find(tenant, { where: { requestId }, sort: [['order', 1]] });
}
