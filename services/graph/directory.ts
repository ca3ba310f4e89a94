import { z } from 'zod';
import type { Directory } from '../model/directory.js';
import type { Purpose } from './answer.js';
import { createGraphClient, type GraphClient } from './client.js';
import { query } from './names.js';
import { allOf } from './pages.js';
import { readPermissions, type PermissionReport } from './permissions.js';
import { createReader } from './reader.js';
import type { DirectoryDeps, DirectorySettings } from './settings.js';
import { createWriter } from './writer.js';

/** A directory port that also lends its client to the role reader, and says what was granted. */
export interface GraphDirectory extends Directory {
  readonly client: GraphClient;
  /** @throws GRAPH_AUTH, GRAPH_UNREACHABLE */
  permissions(renew?: boolean): Promise<PermissionReport>;
  /** Display name of the tenant. @throws GRAPH_DENIED (Organization.Read.All), GRAPH_* */
  tenantName(): Promise<string>;
}

const ORGANIZATION: Purpose = { what: 'read the tenant’s name', permission: 'Organization.Read.All' };
const organization = z.looseObject({ id: z.string(), displayName: z.string().nullish() });

/** Connects one tenant. Nothing is sent before the first call. */
export function createDirectory(settings: DirectorySettings, deps: DirectoryDeps): GraphDirectory {
  const client = createGraphClient(settings, deps);
  return {
    client,
    reader: createReader(client, deps.catalog),
    writer: createWriter(client, deps.catalog),
    permissions: (renew) => readPermissions(client.tokens, deps.catalog, renew),
    async tenantName() {
      const path = `/organization${query({ $select: 'id,displayName' })}`;
      const [first] = await allOf(client, organization, { method: 'GET', path }, ORGANIZATION);
      return first?.displayName ?? settings.tenantId;
    },
  };
}
