import { invalidValue } from '../http/errors.js';
import type { Props } from '../state/types.js';

/** What a mailNickname cannot hold: anything beyond ASCII, spaces and the signs of an address (reference pages of user and group). */
const forbidden = /[^\x21-\x7e]|[@()\\[\]";:<>,]/;

/** @throws GraphError 400 for a mailNickname that cannot stand in front of an @ */
export function checkNickname(resource: 'User' | 'Group', props: Props): void {
  const nickname = props['mailNickname'];
  if (typeof nickname === 'string' && forbidden.test(nickname))
    throw invalidValue(
      'mailNickname',
      `Invalid value specified for property 'mailNickname' of resource '${resource}'.`,
    );
}
