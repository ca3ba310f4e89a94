import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Catalog } from '../catalog/spec.js';
import { disabledFeatures, type DisabledFeature } from '../catalog/features.js';
import { RewindError } from '../model/errors.js';
import type { TokenSource } from './settings.js';

export interface PermissionReport {
  /** Application permissions in the token that we hold now, sorted. */
  readonly granted: readonly string[];
  /** What does not work without the missing ones; empty = everything does. */
  readonly disabled: readonly DisabledFeature[];
}

const claims = z.looseObject({ roles: z.array(z.string()).default([]) });

/**
 * Reads what the tenant's administrator granted from our own token (claim `roles`), which is what Graph goes by.
 * The signature is not ours to check: the token came from the authority over TLS a moment ago.
 * @param renew  true to see a grant that was made after the cached token
 * @throws GRAPH_AUTH, GRAPH_UNREACHABLE
 */
export async function readPermissions(
  tokens: TokenSource,
  catalog: Catalog,
  renew = false,
): Promise<PermissionReport> {
  const token = await tokens.token(renew);
  const granted = rolesIn(token);
  return { granted: [...granted].sort(), disabled: disabledFeatures(catalog, granted) };
}

function rolesIn(token: string): ReadonlySet<string> {
  try {
    return new Set(claims.parse(decodeJwt(token)).roles);
  } catch (cause) {
    throw new RewindError('GRAPH_AUTH', { reason: 'the token cannot be read' }, { cause });
  }
}
