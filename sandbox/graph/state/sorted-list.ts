/** An array kept in ascending order of its items' keys: cheap in memory, stable to page through while it changes. */
export class SortedList<T> {
  private items: T[];

  /** @param keyOf  must not change while the item is in the list; keys are unique */
  constructor(
    private readonly keyOf: (item: T) => string,
    items: T[] = [],
  ) {
    this.items = items;
    this.items.sort((a, b) => compare(keyOf(a), keyOf(b)));
  }

  get size(): number {
    return this.items.length;
  }

  all(): readonly T[] {
    return this.items;
  }

  has(key: string): boolean {
    const at = this.indexOf(key);
    const item = this.items[at];
    return item !== undefined && this.keyOf(item) === key;
  }

  /** Index of the first item whose key is not below `key`. */
  indexOf(key: string): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyOf(this.items[middle] as T) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the first item whose key is above `key`; with '' the beginning. */
  indexAfter(key: string): number {
    const at = this.indexOf(key);
    const item = this.items[at];
    return item !== undefined && this.keyOf(item) === key ? at + 1 : at;
  }

  add(item: T): boolean {
    const key = this.keyOf(item);
    const at = this.indexOf(key);
    const there = this.items[at];
    if (there !== undefined && this.keyOf(there) === key) return false;
    if (at === this.items.length) this.items.push(item);
    else this.items.splice(at, 0, item);
    return true;
  }

  remove(key: string): boolean {
    const at = this.indexOf(key);
    const there = this.items[at];
    if (there === undefined || this.keyOf(there) !== key) return false;
    this.items.splice(at, 1);
    return true;
  }

  /** Adds many at once: one sort instead of many insertions. Items already there are dropped. */
  addMany(items: readonly T[]): void {
    const merged = [...this.items, ...items].sort((a, b) => compare(this.keyOf(a), this.keyOf(b)));
    this.items = merged.filter((item, i) => i === 0 || this.keyOf(merged[i - 1] as T) !== this.keyOf(item));
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
