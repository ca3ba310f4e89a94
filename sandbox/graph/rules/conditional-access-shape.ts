import type { JsonValue, Props } from '../state/types.js';

/**
 * How a Conditional Access policy is kept and answered: the service fills in what a write leaves out, every condition and every list
 * of a part that is there. As on record: the answer to a create of May 2025 in demisto/content (Packs/MicrosoftGraphIdentityandAccess,
 * its README), members of the newer parts as in the exports that people publish. Parts of a whole other form (session controls by
 * kind, filters) stay as they were sent.
 */
type Shape = Readonly<Record<string, 'list' | 'null' | Part>>;
/** `always`: the part is there even when the write leaves it out; else null stands for it. */
interface Part {
  readonly always: boolean;
  readonly shape: Shape;
}

const lists = (...names: string[]): Shape => Object.fromEntries(names.map((name) => [name, 'list'] as const));
const nulls = (...names: string[]): Shape => Object.fromEntries(names.map((name) => [name, 'null'] as const));
const optional = (shape: Shape): Part => ({ always: false, shape });
const always = (shape: Shape): Part => ({ always: true, shape });

const conditions: Shape = {
  ...lists('userRiskLevels', 'signInRiskLevels', 'servicePrincipalRiskLevels', 'clientAppTypes'),
  ...nulls('insiderRiskLevels', 'devices', 'authenticationFlows'),
  platforms: optional(lists('includePlatforms', 'excludePlatforms')),
  locations: optional(lists('includeLocations', 'excludeLocations')),
  clientApplications: optional(lists('includeServicePrincipals', 'excludeServicePrincipals')),
  applications: always({
    ...lists(
      'includeApplications',
      'excludeApplications',
      'includeUserActions',
      'includeAuthenticationContextClassReferences',
    ),
    ...nulls('applicationFilter'),
  }),
  users: always({
    ...lists(
      'includeUsers',
      'excludeUsers',
      'includeGroups',
      'excludeGroups',
      'includeRoles',
      'excludeRoles',
    ),
    ...nulls('includeGuestsOrExternalUsers', 'excludeGuestsOrExternalUsers'),
  }),
};

const policy: Shape = {
  conditions: optional(conditions),
  grantControls: optional({
    ...nulls('operator', 'authenticationStrength'),
    ...lists('builtInControls', 'customAuthenticationFactors', 'termsOfUse'),
  }),
  sessionControls: optional(
    nulls(
      'applicationEnforcedRestrictions',
      'cloudAppSecurity',
      'disableResilienceDefaults',
      'persistentBrowser',
      'signInFrequency',
    ),
  ),
};

/** What is written, with everything that the service fills in; parts that the write does not name stay unnamed. */
export function filledPolicy(props: Props): Props {
  return Object.fromEntries(
    Object.entries(props).map(([name, value]) => {
      const part = policy[name];
      return [name, typeof part === 'object' ? filled(value, part) : value];
    }),
  );
}

function filled(value: JsonValue | undefined, part: Part): JsonValue {
  const sent = asObject(value);
  if (sent === null && !part.always) return null;
  const out: Props = { ...sent };
  for (const [name, rule] of Object.entries(part.shape)) {
    const own = sent?.[name];
    if (typeof rule === 'object') out[name] = filled(own, rule);
    else out[name] = own ?? (rule === 'list' ? [] : null);
  }
  return out;
}

const asObject = (value: JsonValue | undefined): Props | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Props) : null;
