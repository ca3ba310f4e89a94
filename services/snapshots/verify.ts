import type { Clock } from '../model/clock.js';
import { OPEN } from '../model/history.js';
import type { HistoryReader } from '../model/history.js';
import type { Seq, TenantId } from '../model/ids.js';
import type { RetentionStore, ShelvedSnapshot } from '../model/retention.js';
import { MultisetSum, chainOf, linkElement, versionElement, versionHash } from '../model/snapshot-digest.js';

/** What was recomputed, and what does not hold, in sentences for an administrator, the first one first (at most 50). */
export interface VerifyReport {
  readonly snapshots: number;
  /** Versions whose body was hashed again. */
  readonly versions: number;
  readonly links: number;
  readonly tookMs: number;
  readonly broken: readonly string[];
}

const FINDINGS_AT_MOST = 50;

/**
 * Recomputes everything from the stored facts (SPEC B14): every version's hash, and of every published snapshot the counts, both
 * digests and the chain. Of a pruned snapshot only the header is left to check: its digests stay in the chain, its facts are gone.
 * One pass over the facts; memory grows with the number of snapshots only. Reads only.
 */
export async function verifyTenant(
  {
    history,
    clock,
  }: { readonly history: HistoryReader & Pick<RetentionStore, 'shelf'>; readonly clock: Clock },
  tenant: TenantId,
): Promise<VerifyReport> {
  const begun = clock.now().getTime();
  const shelf = await history.shelf(tenant);
  const findings = new Findings();
  const ledger = new Ledger();
  const upTo = shelf.at(-1)?.header.seq ?? 0;
  let versions = 0;
  for await (const version of history.changedVersions(tenant, 0, upTo)) {
    versions += 1;
    if (versionHash(version) !== version.hash)
      findings.add(
        `The version of ${version.type} ${version.objectId} from snapshot ${version.from} does not match its hash.`,
      );
    const counted = version.state === 'live' ? version.type : null;
    ledger.note(version, 'state', versionElement(version), counted);
  }
  let links = 0;
  for await (const link of history.changedLinks(tenant, 0, upTo)) {
    links += 1;
    ledger.note(link, link.latent ? 'latent' : 'state', linkElement(link), link.latent ? null : link.kind);
  }
  walk(shelf, ledger, findings);
  return {
    snapshots: shelf.length,
    versions,
    links,
    tookMs: clock.now().getTime() - begun,
    broken: findings.texts(),
  };
}

/** Compares each header with what the facts add up to at its number, oldest first. */
function walk(shelf: readonly ShelvedSnapshot[], ledger: Ledger, findings: Findings): void {
  let previous: ShelvedSnapshot['header'] | undefined;
  for (const { header, prunedAt } of shelf) {
    const { state, latent, counts } = ledger.upTo(header.seq);
    const name = `Snapshot ${header.seq}`;
    if (prunedAt === undefined) {
      if (header.state !== state) findings.add(`${name}: its state digest is not what its facts add up to.`);
      if (header.latent !== latent) findings.add(`${name}: the digest of its latent links does not hold.`);
      for (const kind of new Set([...Object.keys(header.counts), ...counts.keys()])) {
        const [told, is] = [header.counts[kind] ?? 0, counts.get(kind) ?? 0];
        if (told !== is) findings.add(`${name}: it counts ${told} of ${kind}, its facts ${is}.`);
      }
    }
    if (header.previous !== previous?.seq) findings.add(`${name}: the snapshot before it is missing.`);
    if (header.chain !== chainOf(header, previous?.chain))
      findings.add(`${name}: the chain over its header is broken.`);
    previous = header;
  }
}

type Sums = {
  readonly state: MultisetSum;
  readonly latent: MultisetSum;
  readonly counts: Map<string, number>;
};

const empty = (): Sums => ({ state: new MultisetSum(), latent: new MultisetSum(), counts: new Map() });

/** Facts as what they add at the number where they begin and take away where they end. */
class Ledger {
  readonly #steps = new Map<Seq, Sums>();
  readonly #running = empty();
  #done: Seq = 0;

  note(
    fact: { readonly from: Seq; readonly to: Seq },
    sum: 'state' | 'latent',
    element: string,
    counted: string | null,
  ): void {
    const begin = this.#at(fact.from);
    begin[sum].add(element);
    if (counted) bump(begin.counts, counted, 1);
    if (fact.to === OPEN) return;
    const end = this.#at(fact.to);
    end[sum].remove(element);
    if (counted) bump(end.counts, counted, -1);
  }

  /** What holds at a number; to be asked in rising order. */
  upTo(seq: Seq): { state: string; latent: string; counts: ReadonlyMap<string, number> } {
    for (let number = this.#done + 1; number <= seq; number += 1) {
      const step = this.#steps.get(number);
      if (!step) continue;
      this.#running.state.merge(step.state);
      this.#running.latent.merge(step.latent);
      for (const [kind, by] of step.counts) bump(this.#running.counts, kind, by);
    }
    this.#done = seq;
    const { state, latent, counts } = this.#running;
    return { state: state.digest(), latent: latent.digest(), counts };
  }

  #at(seq: Seq): Sums {
    let step = this.#steps.get(seq);
    if (!step) this.#steps.set(seq, (step = empty()));
    return step;
  }
}

const bump = (counts: Map<string, number>, kind: string, by: number): void => {
  counts.set(kind, (counts.get(kind) ?? 0) + by);
};

class Findings {
  readonly #texts: string[] = [];
  #more = 0;
  add(text: string): void {
    if (this.#texts.length < FINDINGS_AT_MOST) this.#texts.push(text);
    else this.#more += 1;
  }
  texts(): readonly string[] {
    return this.#more > 0 ? [...this.#texts, `… and ${this.#more} more.`] : this.#texts;
  }
}
