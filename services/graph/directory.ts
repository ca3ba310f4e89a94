import type { Directory } from '../model/directory.js';
import { createGraphClient, type GraphClient } from './client.js';
import { readPermissions, type PermissionReport } from './permissions.js';
import { createReader } from './reader.js';
import type { DirectoryDeps, DirectorySettings } from './settings.js';
import { createTokenSource } from './tokens.js';
import { createWriter } from './writer.js';

/** A directory port that also lends its client to the role reader, and says what was granted. */
export interface GraphDirectory extends Directory {
  readonly client: GraphClient;
  /** @throws GRAPH_AUTH, GRAPH_UNREACHABLE */
  permissions(renew?: boolean): Promise<PermissionReport>;
}

/** Connects one tenant. Nothing is sent before the first call. */
export function createDirectory(settings: DirectorySettings, deps: DirectoryDeps): GraphDirectory {
  const tokens = deps.tokens ?? createTokenSource(settings);
  const client = createGraphClient(settings, { ...deps, tokens });
  return {
    client,
    reader: createReader(client, deps.catalog),
    writer: createWriter(client, deps.catalog),
    permissions: (renew) => readPermissions(tokens, deps.catalog, renew),
  };
}
