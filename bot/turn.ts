import { AsyncLocalStorage } from 'node:async_hooks';
import type { TenantId } from '../services/model/ids.js';
import type { Door, Person } from '../services/model/people.js';

/** One thing a person said or clicked, as the host vouches for it. */
export interface Turn {
  readonly tenant: TenantId;
  readonly person: Person;
  readonly door: Door;
  readonly place: 'personal' | 'group' | 'channel' | 'terminal';
  /** IANA; every time that this person reads or types is in it. */
  readonly timeZone: string;
  readonly locale?: string;
  /** Short reference that finds the log lines of this turn; shown with errors. */
  readonly reference: string;
  /** True when a program reads the answer (`--json`): a credential is never part of it. */
  readonly asData?: boolean;
}

/** What a request keeps of the door it came through (SPEC A7). */
export const doorOf = ({ door }: Turn): { readonly atCommandLine?: true } =>
  door === 'terminal' ? { atCommandLine: true } : {};

const current = new AsyncLocalStorage<Turn>();

export const inTurn = <T>(turn: Turn, work: () => Promise<T>): Promise<T> => current.run(turn, work);

/** Reference of the turn we are in, for log lines written further down. */
export const currentReference = (): string | undefined => current.getStore()?.reference;
