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

  /** Adds many at once: one sort instead of many insertions, and none where they come in order. Items already there are dropped. */
  addMany(items: readonly T[]): void {
    const all = [...this.items, ...items];
    this.items = this.isAscending(all) ? all : this.sorted(all);
  }

  private isAscending(items: readonly T[]): boolean {
    let before: string | null = null;
    for (const item of items) {
      const key = this.keyOf(item);
      if (before !== null && key <= before) return false;
      before = key;
    }
    return true;
  }

  private sorted(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.keyOf(item) }));
    keyed.sort((a, b) => compare(a.key, b.key));
    return keyed.filter(({ key }, i) => i === 0 || key !== keyed[i - 1]?.key).map(({ item }) => item);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
