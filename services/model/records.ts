import type { TenantId } from './ids.js';

/** Every stored record: a tenant, an id within it, and a revision for compare-and-set. */
export interface StoredRecord {
  readonly tenant: TenantId;
  readonly id: string;
  /** 1 when created; each update adds 1. */
  readonly rev: number;
}

/** What a collection holds, declared beside the code that needs it; the store creates the indexes at start. */
export interface CollectionSpec<T extends StoredRecord> {
  readonly name: string;
  /** Of the record's shape; older documents pass through `upgrade`, newer ones are refused. */
  readonly schemaVersion: number;
  /** Field paths in order, `tenant` first; -1 = descending. Every `find` must be served by one of them. */
  readonly indexes: readonly (readonly (readonly [field: string, direction: 1 | -1])[])[];
  readonly upgrade?: (document: Record<string, unknown>, fromVersion: number) => Record<string, unknown>;
  /** Phantom, for inference only. */
  readonly _type?: T;
}

export type Condition =
  | string
  | number
  | boolean
  | null
  | { readonly in: readonly (string | number)[] }
  | { readonly gte?: string | number; readonly lt?: string | number };

export interface RecordQuery {
  /** Field path → equality, membership or range; all must hold. */
  readonly where?: Readonly<Record<string, Condition>>;
  readonly sort?: readonly (readonly [field: string, direction: 1 | -1])[];
  readonly limit?: number;
}

/** One typed collection. Every write is acknowledged by a majority with journal before it resolves. @throws STORE_UNREACHABLE */
export interface Records<T extends StoredRecord> {
  get(tenant: TenantId, id: string): Promise<T | null>;
  find(tenant: TenantId, query: RecordQuery): Promise<readonly T[]>;
  /** Over all tenants; for start-up recovery and housekeeping only. */
  findEverywhere(query: RecordQuery): Promise<readonly T[]>;
  /** false = a record with this id exists (nothing was written). `rev` of the input is ignored; 1 is stored. */
  create(record: T): Promise<boolean>;
  /** Replaces if the stored `rev` still is `record.rev`. @returns the stored record with its new rev, or null = somebody was faster */
  update(record: T): Promise<T | null>;
  /** Fine if already gone. */
  remove(tenant: TenantId, id: string): Promise<void>;
  /** Atomic counter in this collection's tenant: adds 1 and returns the new value, from 1. */
  next(tenant: TenantId, counter: string): Promise<number>;
}

export interface RecordStore {
  collection<T extends StoredRecord>(spec: CollectionSpec<T>): Records<T>;
}
