/** msal-node as it ships, with only the test's certificate authority added to its HTTP. */
import { ConfidentialClientApplication } from '@azure/msal-node';
import type { AuthError, Configuration, INetworkModule, NetworkResponse } from '@azure/msal-node';
import { send } from './rig.js';
import type { AuthorityRig } from './rig.js';

/** What it must know of an authority, be it of a test's rig or of a whole sandbox. */
export type MsalTarget = Pick<AuthorityRig, 'base' | 'tenantId' | 'ca'> & { app: { appId: string } };

export function msalClient(
  rig: MsalTarget,
  auth: Partial<Configuration['auth']>,
): ConfidentialClientApplication {
  const call = async <T>(method: string, url: string, options?: { headers?: object; body?: string }) => {
    const headers = { ...(options?.headers as Record<string, string>) };
    const answer = await send(rig.ca, method, url, headers, options?.body);
    return { status: answer.status, body: answer.json as T, headers: {} } as NetworkResponse<T>;
  };
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (url, options) => call('GET', url, options),
    sendPostRequestAsync: (url, options) => call('POST', url, options),
  };
  return new ConfidentialClientApplication({
    auth: {
      clientId: rig.app.appId,
      authority: `${rig.base}/${rig.tenantId}`,
      knownAuthorities: [new URL(rig.base).host],
      ...auth,
    },
    system: { networkClient },
  });
}

export const refusalOf = (attempt: Promise<unknown>): Promise<AuthError> =>
  attempt.then(
    () => {
      throw new Error('A token was given.');
    },
    (cause: AuthError) => cause,
  );
