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
  /** Short reference shown with an error; it finds the log line that knows the cause (SPEC C5). */
  readonly reference: string;
  /** True when a program reads the answer (`--json`): a credential is never part of it. */
  readonly asData?: boolean;
}

/** What a request keeps of the door it came through (SPEC A7). */
export const doorOf = ({ door }: Turn): { readonly atCommandLine?: true } =>
  door === 'terminal' ? { atCommandLine: true } : {};
