import { createCipheriv, createDecipheriv } from 'node:crypto';
import { RewindError } from '../model/errors.js';
import type { SealingKey } from '../model/handoff.js';
import type { Random } from '../model/random.js';

const FORMAT = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals a secret with AES-256-GCM as `v1.{key id}.{iv}.{text}.{tag}` (base64url). `context` is bound to it, so that a sealed text that
 * is moved to another record does not open.
 */
export function seal(secret: string, context: string, key: SealingKey, random: Random): string {
  const iv = random.bytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyBytes(key), iv);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  const parts = [iv, text, cipher.getAuthTag()].map((part) => Buffer.from(part).toString('base64url'));
  return [FORMAT, Buffer.from(key.id, 'utf8').toString('base64url'), ...parts].join('.');
}

/** @throws HANDOFF_GONE when the text was sealed with another key, for another record, or was changed */
export function unseal(sealed: string, context: string, key: SealingKey): string {
  const [format, keyId, iv, text, tag] = sealed.split('.');
  const gone = (cause?: unknown): RewindError =>
    new RewindError('HANDOFF_GONE', { why: 'it can no longer be opened' }, { cause });
  if (format !== FORMAT || !keyId || !iv || text === undefined || !tag) throw gone();
  if (Buffer.from(keyId, 'base64url').toString('utf8') !== key.id) throw gone();
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyBytes(key), Buffer.from(iv, 'base64url'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context, 'utf8'));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString(
      'utf8',
    );
  } catch (error) {
    throw gone(error);
  }
}

function keyBytes(key: SealingKey): Uint8Array {
  if (key.bytes.length === 32) return key.bytes;
  throw new RewindError('CONFIG_INVALID', { reason: 'the sealing key is not 32 bytes long' });
}
