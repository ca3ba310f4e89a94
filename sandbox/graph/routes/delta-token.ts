import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Kind } from '../state/types.js';

/** What a delta link carries: everything that the next page depends on, so that a token outlives a restart. */
export interface DeltaState {
  readonly kind: Kind;
  /** 'full' pages through everything; 'changes' through the change log. */
  readonly phase: 'full' | 'changes';
  /** Changes after this number are told by the token that ends the round. */
  readonly since: number;
  /** Last change of this round ('changes' only). */
  readonly until: number;
  /** Next object of the round. */
  readonly at: number;
  /** Large groups whose members go on: [id, last target told]. */
  readonly pending: readonly (readonly [id: string, after: string])[];
  readonly select: readonly string[] | null;
  /** `$filter=id eq …`. */
  readonly ids: readonly string[] | null;
  /** When the round that made this token began, milliseconds on the sandbox's clock: its age is judged by this. */
  readonly issued: number;
  /** Pages told so far in this round, for the empty-page switch. */
  readonly page: number;
}

const shorts = [
  'kind',
  'phase',
  'since',
  'until',
  'at',
  'pending',
  'select',
  'ids',
  'issued',
  'page',
] as const;

/** @param key  the tenant's id: it protects against mistakes, not against attackers */
export function sealDelta(state: DeltaState, key: string): string {
  const body = Buffer.from(JSON.stringify(shorts.map((name) => state[name]))).toString('base64url');
  return `${body}.${signature(body, key)}`;
}

/** @returns null for a token that this tenant did not make */
export function openDelta(token: string, key: string): DeltaState | null {
  const [body = '', sign = ''] = token.split('.');
  const expected = Buffer.from(signature(body, key));
  const given = Buffer.from(sign);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return null;
  const values = JSON.parse(Buffer.from(body, 'base64url').toString()) as unknown[];
  return Object.fromEntries(shorts.map((name, i) => [name, values[i]])) as unknown as DeltaState;
}

function signature(body: string, key: string): string {
  return createHmac('sha256', key).update(body).digest('base64url').slice(0, 16);
}
