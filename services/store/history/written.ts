/** Beyond this many a run asks the database again: about 100 MB. */
const REMEMBERED_AT_MOST = 1_000_000;

/**
 * What a first run has written, by key: it finds nothing else in the database, since no snapshot is before it, so what is not in here
 * need not be asked for.
 */
export class Written {
  #known: Set<string> | null;

  /** @param isFirst false = everything may be there */
  constructor(isFirst: boolean) {
    this.#known = isFirst ? new Set() : null;
  }

  /** Those of `keys` that may be in the database. */
  among<K extends string>(keys: readonly K[]): readonly K[] {
    const known = this.#known;
    return known ? keys.filter((key) => known.has(key)) : keys;
  }

  /** To be told before the write: one that failed may have been done nevertheless. */
  note(keys: Iterable<string>): void {
    if (!this.#known) return;
    for (const key of keys) this.#known.add(key);
    if (this.#known.size > REMEMBERED_AT_MOST) this.#known = null;
  }
}
