import { GraphError } from '../http/errors.js';
import type { TenantState } from '../state/tenant-state.js';
import type { JsonValue, Props } from '../state/types.js';

/** Identifiers stay taken while their application lies in the bin (FACTS §5). */
function refuseTaken(state: TenantState, wanted: readonly JsonValue[], self: string | null): void {
  const known = [...state.liveOf('application').all(), ...state.binOf('application').all()];
  for (const other of known) {
    const taken = other.props['identifierUris'];
    if (other.id !== self && Array.isArray(taken) && wanted.some((uri) => taken.includes(uri)))
      throw new GraphError(
        400,
        'Request_MultipleObjectsWithSameKeyValue',
        'Another object with the same value for property identifierUris already exists.',
      );
  }
}

/**
 * An identifier that is a web address lies on a verified domain of the tenant or below one (Azure/Industrial-IoT pull request 1432,
 * microsoft-graph-docs-contrib pull request 9317); one that is there already stays. An application with tokens of version 2 may take
 * any (azure-docs pull request 82762).
 */
function refuseForeignHosts(
  state: TenantState,
  wanted: readonly JsonValue[],
  had: readonly JsonValue[],
): void {
  const verified = state
    .liveOf('domain')
    .all()
    .filter(({ props }) => props['isVerified'] === true)
    .map(({ id }) => id.toLowerCase());
  for (const uri of wanted) {
    if (had.includes(uri) || !/^https?:\/\//i.test(String(uri)) || !URL.canParse(String(uri))) continue;
    const host = new URL(String(uri)).hostname;
    if (!verified.some((domain) => host === domain || host.endsWith(`.${domain}`)))
      throw new GraphError(
        400,
        'HostNameNotOnVerifiedDomain',
        `Values of identifierUris property must use a verified domain of the organization or its subdomain: '${String(uri)}'`,
      );
  }
}

/**
 * @param props  what is written
 * @param before  the application as it is; null for a new one
 * @throws GraphError 400
 */
export function checkIdentifierUris(
  state: TenantState,
  props: Props,
  before: { readonly id: string; readonly props: Props } | null,
): void {
  const wanted = props['identifierUris'];
  if (!Array.isArray(wanted)) return;
  refuseTaken(state, wanted, before?.id ?? null);
  const had = before?.props['identifierUris'];
  const api = { ...asObject(before?.props['api']), ...asObject(props['api']) };
  if (api['requestedAccessTokenVersion'] !== 2)
    refuseForeignHosts(state, wanted, Array.isArray(had) ? had : []);
}

const asObject = (value: JsonValue | undefined): Props =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Props) : {};
