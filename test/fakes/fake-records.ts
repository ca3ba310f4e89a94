import type { TenantId } from '../../services/model/ids.js';
import type {
  CollectionSpec,
  Condition,
  RecordQuery,
  Records,
  RecordStore,
  StoredRecord,
} from '../../services/model/records.js';
import type { Effects } from './kill-switch.js';

/**
 * RecordStore in memory with the same promises as the real one: copies in and out, create-if-absent, compare-and-set on `rev`.
 * `effects` (optional) is asked around every write, so that a test can kill the process there.
 */
export class FakeRecordStore implements RecordStore {
  private readonly collections = new Map<string, Map<string, StoredRecord>>();
  private readonly counters = new Map<string, number>();

  constructor(private readonly effects?: Effects) {}

  collection<T extends StoredRecord>(spec: CollectionSpec<T>): Records<T> {
    const documents = this.documents<T>(spec.name);
    const write = <R>(label: string, effect: () => R): Promise<R> =>
      this.effects ? this.effects.around(`${spec.name}.${label}`, effect) : Promise.resolve(effect());
    return {
      get: (tenant, id) => this.read(() => clone(documents.get(key(tenant, id)) ?? null)),
      find: (tenant, query) =>
        this.read(() => select(documents, { ...query, where: { ...query.where, tenant } })),
      findEverywhere: (query) => this.read(() => select(documents, query)),
      create: (record) =>
        write('create', () => {
          const at = key(record.tenant, record.id);
          if (documents.has(at)) return false;
          documents.set(at, clone({ ...record, rev: 1 }));
          return true;
        }),
      update: (record) =>
        write('update', () => {
          const at = key(record.tenant, record.id);
          if (documents.get(at)?.rev !== record.rev) return null;
          const next = clone({ ...record, rev: record.rev + 1 });
          documents.set(at, next);
          return clone(next);
        }),
      remove: (tenant, id) =>
        write('remove', () => {
          documents.delete(key(tenant, id));
        }),
      next: (tenant, counter) =>
        write('next', () => {
          const at = `${spec.name}/${tenant}/${counter}`;
          const value = (this.counters.get(at) ?? 0) + 1;
          this.counters.set(at, value);
          return value;
        }),
    };
  }

  /** Everything in a collection as it lies there, for assertions and for tampering. */
  documents<T extends StoredRecord>(name: string): Map<string, T> {
    const found = this.collections.get(name) ?? new Map<string, StoredRecord>();
    this.collections.set(name, found);
    return found as Map<string, T>;
  }

  /** All that is stored, as one text: to show that a secret is not in it. */
  dump(): string {
    return JSON.stringify([...this.collections].map(([name, documents]) => [name, [...documents.values()]]));
  }

  private async read<R>(effect: () => R): Promise<R> {
    this.effects?.assertAlive();
    await Promise.resolve();
    return effect();
  }
}

const key = (tenant: TenantId, id: string): string => `${tenant}/${id}`;
const clone = <T>(value: T): T => structuredClone(value);

function select<T extends StoredRecord>(documents: Map<string, T>, query: RecordQuery): T[] {
  const found = [...documents.values()].filter((document) =>
    Object.entries(query.where ?? {}).every(([path, condition]) => holds(at(document, path), condition)),
  );
  const order = query.sort ?? [];
  found.sort((a, b) => {
    for (const [path, direction] of order) {
      const difference = compare(at(a, path), at(b, path));
      if (difference !== 0) return difference * direction;
    }
    return 0;
  });
  return found.slice(0, query.limit ?? found.length).map(clone);
}

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((inner, part) => (inner as Record<string, unknown> | null | undefined)?.[part], value);

function holds(value: unknown, condition: Condition): boolean {
  if (condition === null) return value === null || value === undefined;
  if (typeof condition !== 'object') return value === condition;
  if ('in' in condition) return condition.in.includes(value as string | number);
  const { gte, lt } = condition as { gte?: string | number; lt?: string | number };
  if (value === undefined || value === null) return false;
  return (gte === undefined || compare(value, gte) >= 0) && (lt === undefined || compare(value, lt) < 0);
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === undefined || a === null) return -1;
  if (b === undefined || b === null) return 1;
  return (a as string | number) < (b as string | number) ? -1 : 1;
}
