/** How the directory knows a client secret again that it does not keep. */
import { createHash } from 'node:crypto';
import type { Props } from '../state/types.js';

/** Where the digests of an object's secrets are kept by keyId; never shown, nor told to the audit log. */
export const secretsOf = '~secrets';

/** One round is enough: a secret is 240 random bits, which nobody finds by trying; the keyId makes equal secrets differ. */
export const digestOf = (keyId: string, secret: string): string =>
  createHash('sha256').update(`${keyId}\n${secret}`).digest('base64url');

/**
 * The digests to keep beside a list of password credentials: those that were known, and those of secrets made just now.
 * @param made  secrets by keyId
 */
export function keptSecrets(
  before: Props,
  credentials: readonly Props[],
  made: ReadonlyMap<string, string> = new Map(),
): Props {
  const known = (before[secretsOf] ?? {}) as Props;
  const kept: Props = {};
  for (const { keyId } of credentials) {
    const id = String(keyId);
    const secret = made.get(id);
    const digest = secret === undefined ? known[id] : digestOf(id, secret);
    if (digest !== undefined) kept[id] = digest;
  }
  return kept;
}
