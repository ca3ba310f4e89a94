/**
 * The x509 library's dependency container asks for the metadata extension of `Reflect` when it is loaded.
 * Nothing here registers metadata, so answering "none" is the whole of it. Import it before the library.
 */
const none: Record<string, () => unknown> = {
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  hasMetadata: () => false,
  hasOwnMetadata: () => false,
  defineMetadata: () => undefined,
};
for (const [name, answer] of Object.entries(none)) {
  if (!(name in Reflect)) {
    Object.defineProperty(Reflect, name, { value: answer, configurable: true, writable: true });
  }
}
export {};
