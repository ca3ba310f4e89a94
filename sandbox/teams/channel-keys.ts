/** The keys that sign what Teams sends, as /openid publishes them. Others than the first are forgotten when the sandbox ends. */
import { openSigningKey } from '../keys.js';
import type { SigningKey } from '../keys.js';

export interface Rotation {
  /** The next key is published, and signs nothing yet: bots that keep keys for a while get to know it. */
  readonly publishOnly: boolean;
  /** The keys before it are no longer published. */
  readonly retire: boolean;
}

export class ChannelKeys {
  /** Oldest first; one after `current` is the next. */
  #published: readonly SigningKey[];
  #current: SigningKey;

  constructor(first: SigningKey) {
    this.#published = [first];
    this.#current = first;
  }

  get current(): SigningKey {
    return this.#current;
  }

  get published(): readonly SigningKey[] {
    return this.#published;
  }

  /** The key that waits signs from now on; without one a new one is made and published at the same moment. */
  async rotate({ publishOnly, retire }: Rotation): Promise<{ current: string; published: string[] }> {
    let next = this.#published[this.#published.indexOf(this.#current) + 1];
    if (next === undefined) {
      next = await openSigningKey(null, 'teams-channel');
      this.#published = [...this.#published, next];
    }
    if (!publishOnly) this.#current = next;
    if (retire) this.#published = this.#published.slice(this.#published.indexOf(this.#current));
    return { current: this.#current.kid, published: this.#published.map(({ kid }) => kid) };
  }
}
