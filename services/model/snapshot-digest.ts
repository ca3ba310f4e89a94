import { createHash } from 'node:crypto';
import { canonicalJson, hashOf, sha256 } from './json.js';
import type { LinkFact, ObjectVersion, SnapshotHeader } from './history.js';

/**
 * Digests of a whole snapshot (design §2, doc/adr/0002-state-digest.md). A snapshot's state is a multiset of elements, one per
 * version and link that holds. Each element is expanded to 2,048 bits and the expansions are summed modulo 2^2048: order-free,
 * and kept up to date at the cost of the changes, since what goes is subtracted again.
 */
const BITS = 2048n;
const MASK = (1n << BITS) - 1n;
const HEX_DIGITS = Number(BITS / 4n);

/** A sum of elements; mutable. */
export class MultisetSum {
  #sum: bigint;

  /** @param hex an earlier `hex()`, to go on from; missing = the empty multiset */
  constructor(hex?: string) {
    this.#sum = hex === undefined ? 0n : BigInt(`0x${hex}`);
  }
  add(element: string): void {
    this.#sum = (this.#sum + expand(element)) & MASK;
  }
  remove(element: string): void {
    this.#sum = (this.#sum - expand(element)) & MASK;
  }
  /** Adds all elements of another sum. */
  merge(other: MultisetSum): void {
    this.#sum = (this.#sum + other.#sum) & MASK;
  }
  /** 512 hex digits. */
  hex(): string {
    return this.#sum.toString(16).padStart(HEX_DIGITS, '0');
  }
  /** SHA-256 of the sum: what headers show. */
  digest(): string {
    return sha256(this.hex());
  }
}

const expand = (element: string): bigint =>
  BigInt(
    `0x${createHash('shake256', { outputLength: Number(BITS / 8n) })
      .update(element)
      .digest('hex')}`,
  );

/** Hash of a version's content; `body` must be normalised before. */
export const versionHash = (version: Pick<ObjectVersion, 'state' | 'deletedAt' | 'body'>): string =>
  hashOf({ state: version.state, deletedAt: version.deletedAt, body: version.body });

/** A version as an element of the state. */
export const versionElement = (version: Pick<ObjectVersion, 'type' | 'objectId' | 'hash'>): string =>
  `version|${version.type}|${version.objectId}|${version.hash}`;

/** A link as an element of the state, or of the latent links. */
export const linkElement = (link: Pick<LinkFact, 'kind' | 'source' | 'target'>): string =>
  `link|${link.kind}|${link.source}|${link.target}`;

/** The header's place in the chain: over the chain before it and every other field of the header. */
export function chainOf(header: SnapshotHeader, previousChain: string | undefined): string {
  return sha256(`${previousChain ?? ''}\n${canonicalJson({ ...header, chain: undefined })}`);
}
