/** The only way the product knows time (doc/design.md "Time"). Certificates and tokens live in machine time instead. */
export interface Clock {
  now(): Date;
  /** Resolves when `delayInMs` of this clock have passed (a jump of the clock counts), or rejects with the signal's reason. */
  sleep(delayInMs: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds that this clock is ahead of the machine's; 0 in production. */
  offsetInMs(): number;
  /** Calls back after the offset has changed. @returns a function that ends the subscription */
  onJump(listener: () => void): () => void;
}
