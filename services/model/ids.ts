/** Branded identifiers: a tenant's id cannot be passed where an object's is wanted. All are plain strings on the wire. */
declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** An Entra tenant, lower-case GUID. Every stored record carries one. */
export type TenantId = Branded<string, 'TenantId'>;
/** A directory object's id, lower-case GUID. */
export type ObjectId = Branded<string, 'ObjectId'>;
/** A restore (or undo, or hand-off) request: opaque, unguessable, at least 128 random bits. */
export type RequestId = Branded<string, 'RequestId'>;
export type PlanId = Branded<string, 'PlanId'>;
export type HandoffId = Branded<string, 'HandoffId'>;
/** A snapshot's number, from 1, rising per tenant, never used twice. */
export type Seq = number;

export const tenantId = (value: string): TenantId => value.toLowerCase() as TenantId;
export const objectId = (value: string): ObjectId => value.toLowerCase() as ObjectId;
