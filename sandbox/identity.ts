/** What is drawn once per data folder and kept: ids, secrets, ports, and how the tenant was populated. */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { SandboxOptions } from './options.js';
import { readState, writeState } from './state-dir.js';

export const PORT_NAMES = ['teams', 'graph', 'authority', 'control'] as const;
export type PortName = (typeof PORT_NAMES)[number];

const population = z.union([
  z.literal('story'),
  z.object({ users: z.number().int(), groups: z.number().int(), seed: z.number().int() }),
]);
const identity = z.object({
  format: z.literal(1),
  tenantId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  botAppId: z.string(),
  botAppSecret: z.string(),
  population,
  /** The story's day, ISO, noon in its zone. */
  today: z.string(),
  ports: z.object({
    teams: z.number(),
    graph: z.number(),
    authority: z.number(),
    control: z.number(),
  }),
  /** PEM certificates of the applications, by application id. */
  certificates: z.record(z.string(), z.array(z.string())),
});
export type Identity = z.infer<typeof identity>;

const FILE = 'sandbox.json';
/** The first ports that a kept world tries; a temporary one lets the system choose. */
const PREFERRED: Identity['ports'] = { teams: 4100, graph: 4101, authority: 4102, control: 4103 };
const SYSTEM_CHOOSES: Identity['ports'] = { teams: 0, graph: 0, authority: 0, control: 0 };

/** @returns the folder's identity, drawn now if it has none, and whether it is new */
export function openIdentity(
  dataDir: string,
  isTemporary: boolean,
  options: SandboxOptions,
  today: string,
): { identity: Identity; isNew: boolean } {
  const known = readState(join(dataDir, FILE), identity);
  if (known !== undefined) return { identity: known, isNew: false };
  const secret = (): string => randomBytes(30).toString('base64url');
  const drawn: Identity = {
    format: 1,
    tenantId: randomUUID(),
    clientId: randomUUID(),
    clientSecret: secret(),
    botAppId: randomUUID(),
    botAppSecret: secret(),
    population: options.population,
    today,
    ports: isTemporary || options.anyPorts ? SYSTEM_CHOOSES : PREFERRED,
    certificates: {},
  };
  return { identity: drawn, isNew: true };
}

export function keepIdentity(dataDir: string, kept: Identity): void {
  writeState(join(dataDir, FILE), kept);
}
