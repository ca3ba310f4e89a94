/** Tokens of people that are obtained without a page: by Teams for its bots, and by the Bot Framework's token service. */
import type { AppRegistration, PersonTokens } from '../types.js';
import type { ProvenClient } from './client-auth.js';
import { GRAPH_AUDIENCE } from './directory.js';
import type { Directory } from './directory.js';
import { AuthorityError } from './errors.js';
import type { Tokens } from './tokens.js';

/** Microsoft's own client, which a bot's registration pre-authorises (teams/FACTS §10.1). */
const TEAMS_WEB: AppRegistration = {
  appId: '5e3ce6c0-2b1f-4285-8d4b-75ee78787346',
  displayName: 'Microsoft Teams Web Client',
  secret: '',
  certificates: [],
  permissions: [],
  directoryRoles: [],
};
const SSO_SCOPE = 'access_as_user';

export function createPersonTokens(directory: Directory, tokens: Tokens, botAppId: string): PersonTokens {
  const personOf = (objectId: string) => directory.people().find((one) => one.objectId === objectId);
  const issue = async (
    client: ProvenClient,
    audience: string,
    objectId: string,
    scopes: readonly string[],
  ): Promise<string | null> => {
    const person = personOf(objectId);
    return person === undefined ? null : tokens.forPerson(client, audience, person, scopes);
  };
  const known = (resource: string): string | null => {
    try {
      return directory.audienceOf(resource);
    } catch (error) {
      if (error instanceof AuthorityError) return null;
      throw error;
    }
  };
  return {
    forBot: (objectId) => issue({ app: TEAMS_WEB, proof: '0' }, botAppId, objectId, [SSO_SCOPE]),
    async personOf(token) {
      const found = await tokens.verifyDelegated(token, botAppId);
      return found?.scopes.includes(SSO_SCOPE) === true ? found.objectId : null;
    },
    async onBehalf(objectId, resource = GRAPH_AUDIENCE) {
      const audience = known(resource);
      if (audience === null) return null;
      const client: ProvenClient = { app: directory.app(botAppId), proof: '1' };
      const scope = audience === GRAPH_AUDIENCE ? 'User.Read' : SSO_SCOPE;
      const endsAt = new Date(Date.now() + tokens.faults.lifeInSeconds * 1000);
      const token = await issue(client, audience, objectId, [scope]);
      return token === null ? null : { token, endsAt };
    },
  };
}
