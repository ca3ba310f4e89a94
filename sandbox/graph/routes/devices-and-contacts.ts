import type { Route } from '../http/router.js';
import { readRoutes } from './plain.js';

/** Read only: devices join and contacts come from Exchange, neither happens here. */
export const deviceAndContactRoutes: readonly Route[] = [
  ...readRoutes('/devices', 'device', ['Device.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All']),
  ...readRoutes('/contacts', 'orgContact', [
    'OrgContact.Read.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
  ]),
];
