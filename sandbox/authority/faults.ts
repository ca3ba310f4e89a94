/** What can be made to go wrong at the authority, by name; the tenant has faults of its own (graph/http/faults.ts). */
import { z } from 'zod';
import { TOKEN_LIFE_IN_SECONDS } from './tokens.js';
import type { TokenFaults } from './tokens.js';

export const authorityFaultNames = ['clockSkew', 'tokenLife', 'authorityDown', 'consentMissing'] as const;
export type AuthorityFaultName = (typeof authorityFaultNames)[number];

const times = z.number().int().positive().default(1);
const spec = z.discriminatedUnion('name', [
  /** Moves the times in new tokens. */
  z.strictObject({ name: z.literal('clockSkew'), seconds: z.number() }),
  /** How long new tokens live; negative = they are dead at birth. */
  z.strictObject({ name: z.literal('tokenLife'), seconds: z.number() }),
  /** So many requests, whatever they ask for, are answered with 503. */
  z.strictObject({ name: z.literal('authorityDown'), times }),
  /** So many on-behalf-of requests are told that nobody has consented. */
  z.strictObject({ name: z.literal('consentMissing'), times }),
]);
const isOurs = (name: unknown): name is AuthorityFaultName =>
  authorityFaultNames.some((known) => known === name);

export class AuthorityFaults {
  #down = 0;
  #unconsented = 0;

  constructor(private readonly tokens: TokenFaults) {}

  /**
   * `{name, …}` sets a fault, `{clear: name}` ends it, `{clear: true}` ends all.
   * @returns whether that was all about the authority; false for what the tenant is to be told, too
   * @throws z.ZodError for a fault of this name with other members
   */
  set(wanted: Readonly<Record<string, unknown>>): boolean {
    const { clear, name } = wanted;
    if (clear === true || isOurs(clear)) {
      for (const one of clear === true ? authorityFaultNames : [clear]) this.end(one);
      return clear !== true;
    }
    if (!isOurs(name)) return false;
    const fault = spec.parse(wanted);
    if (fault.name === 'clockSkew') this.tokens.skewInSeconds = fault.seconds;
    else if (fault.name === 'tokenLife') this.tokens.lifeInSeconds = fault.seconds;
    else if (fault.name === 'authorityDown') this.#down = fault.times;
    else this.#unconsented = fault.times;
    return true;
  }

  /** Whether this request finds the authority down; it counts. */
  takeDown(): boolean {
    return this.#down > 0 && this.#down-- > 0;
  }

  /** Whether this exchange finds no consent; it counts. */
  takeMissingConsent(): boolean {
    return this.#unconsented > 0 && this.#unconsented-- > 0;
  }

  private end(name: AuthorityFaultName): void {
    if (name === 'clockSkew') this.tokens.skewInSeconds = 0;
    else if (name === 'tokenLife') this.tokens.lifeInSeconds = TOKEN_LIFE_IN_SECONDS;
    else if (name === 'authorityDown') this.#down = 0;
    else this.#unconsented = 0;
  }
}
