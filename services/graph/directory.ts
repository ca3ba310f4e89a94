import type { Directory } from '../model/directory.js';
import { createGraphClient, type GraphClient } from './client.js';
import { createReader } from './reader.js';
import type { DirectoryDeps, DirectorySettings } from './settings.js';
import { createWriter } from './writer.js';

/** A directory port that also lends its client to the other adapters of this folder (roles, permissions). */
export interface GraphDirectory extends Directory {
  readonly client: GraphClient;
}

/** Connects one tenant. Nothing is sent before the first call. */
export function createDirectory(settings: DirectorySettings, deps: DirectoryDeps): GraphDirectory {
  const client = createGraphClient(settings, deps);
  return {
    client,
    reader: createReader(client, deps.catalog),
    writer: createWriter(client, deps.catalog),
  };
}
