import { MultisetSum, linkElement, versionElement } from '../../model/snapshot-digest.js';
import type { SnapshotHeader } from '../../model/history.js';
import type { LinkDoc, VersionDoc } from './documents.js';

/** Counts and digests of a run's state, kept up to date with every change: they start from the snapshot before. */
export class RunTotals {
  readonly #state: MultisetSum;
  readonly #latent: MultisetSum;
  readonly #counts: Map<string, number>;
  readonly #changes = new Map<string, number>();

  constructor(previous: SnapshotHeader | null) {
    this.#state = new MultisetSum(previous?.sums?.state);
    this.#latent = new MultisetSum(previous?.sums?.latent);
    this.#counts = new Map(Object.entries(previous?.counts ?? {}));
  }

  /** @param base what holds at the snapshot before, to tell whether the object now differs from it */
  version(before: VersionDoc | null, after: VersionDoc | null, base: VersionDoc | null): void {
    if (before) this.#state.remove(versionElement(before));
    if (after) this.#state.add(versionElement(after));
    if (before?.state === 'live') bump(this.#counts, before.type, -1);
    if (after?.state === 'live') bump(this.#counts, after.type, 1);
    const type = (after ?? before)?.type;
    if (type) bump(this.#changes, type, differs(after?._id, base?._id) - differs(before?._id, base?._id));
  }

  link(before: LinkDoc | null, after: LinkDoc | null, base: LinkDoc | null): void {
    if (before) {
      (before.latent ? this.#latent : this.#state).remove(linkElement(before));
      if (!before.latent) bump(this.#counts, before.kind, -1);
    }
    if (after) {
      (after.latent ? this.#latent : this.#state).add(linkElement(after));
      if (!after.latent) bump(this.#counts, after.kind, 1);
    }
    const kind = (after ?? before)?.kind;
    if (kind) bump(this.#changes, kind, differs(!!after, !!base) - differs(!!before, !!base));
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort());
  }
  changes(): Record<string, number> {
    return Object.fromEntries([...this.#changes].filter(([, count]) => count !== 0).sort());
  }
  sums(): { state: string; latent: string } {
    return { state: this.#state.hex(), latent: this.#latent.hex() };
  }
  digests(): { state: string; latent: string } {
    return { state: this.#state.digest(), latent: this.#latent.digest() };
  }
}

const differs = (a: unknown, b: unknown): number => (a === b ? 0 : 1);

const bump = (counts: Map<string, number>, name: string, by: number): void => {
  counts.set(name, (counts.get(name) ?? 0) + by);
};
