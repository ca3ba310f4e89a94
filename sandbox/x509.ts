/** The x509 library, loaded when a certificate must be made; it is large, and most starts find one. */
import type * as Library from '@peculiar/x509';

/**
 * Its dependency container asks for the metadata extension of `Reflect` when it is loaded. Nothing here
 * registers metadata, so answering "none" is the whole of it.
 */
const noMetadata: Record<string, () => unknown> = {
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  hasMetadata: () => false,
  hasOwnMetadata: () => false,
  defineMetadata: () => undefined,
};

export function loadX509(): Promise<typeof Library> {
  for (const [name, answer] of Object.entries(noMetadata)) {
    if (!(name in Reflect)) {
      Object.defineProperty(Reflect, name, { value: answer, configurable: true, writable: true });
    }
  }
  return import('@peculiar/x509');
}
