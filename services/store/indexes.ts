import type { Collection, Document, IndexDescription } from 'mongodb';

/**
 * Makes the indexes that are not there. Those that are, are not asked for again: every server is meant to pass over them, but not all do
 * (doc/scale.md).
 */
export async function ensureIndexes(
  collection: Pick<Collection, 'listIndexes' | 'createIndexes'>,
  wanted: readonly IndexDescription[],
): Promise<void> {
  // A collection that is not there yet has none, which some servers say by an error.
  const there = await collection
    .listIndexes()
    .toArray()
    .catch(() => []);
  const known = new Set(there.map(({ key }) => fieldsOf(key as Document)));
  const missing = wanted.filter(({ key }) => !known.has(fieldsOf(key)));
  if (missing.length > 0) await collection.createIndexes([...missing]);
}

const fieldsOf = (key: IndexDescription['key'] | Document): string =>
  JSON.stringify(key instanceof Map ? [...key] : Object.entries(key));
