/**
 * The product's Graph adapter in a process of its own, driven line by line over stdin and stdout. Node reads extra certificate
 * authorities only at its start, so a test that talks to the sandbox over https starts this with NODE_EXTRA_CA_CERTS.
 */
import { createInterface } from 'node:readline';
import { catalog } from '../../../services/catalog/index.js';
import { createDirectory } from '../../../services/graph/directory.js';
import { createRoleReader } from '../../../services/graph/roles.js';
import { isRewindError } from '../../../services/model/errors.js';
import { systemRandom } from '../../../services/model/random.js';

const env = (name: string): string => process.env[name] ?? '';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

const directory = createDirectory(
  {
    graphUrl: env('GRAPH_URL'),
    authority: env('AUTHORITY_URL'),
    tenantId: env('TENANT_ID'),
    clientId: env('CLIENT_ID'),
    ...(env('CLIENT_KEY')
      ? { certificate: { privateKey: env('CLIENT_KEY'), thumbprintSha256: env('CLIENT_THUMBPRINT') } }
      : { clientSecret: env('CLIENT_SECRET') }),
    clientName: 'graph-adapter-test',
  },
  {
    log: silent,
    random: systemRandom,
    catalog,
    ...(env('ATTEMPTS') ? { limits: { attempts: Number(env('ATTEMPTS')) } } : {}),
  },
);
const roles = createRoleReader(
  { client: directory.client, log: silent },
  { tenantId: env('TENANT_ID'), groups: { approver: 'Identity approvers' } },
);
const targets: Record<string, unknown> = {
  reader: directory.reader,
  writer: directory.writer,
  directory,
  roles,
};

/** Iterables are collected, maps and sets become plain JSON. */
async function plain(value: unknown): Promise<unknown> {
  const settled: unknown = await value;
  if (settled instanceof Map) return Object.fromEntries(settled);
  if (settled instanceof Set) return [...settled];
  if (settled !== null && typeof settled === 'object' && Symbol.asyncIterator in settled) {
    const items: unknown[] = [];
    for await (const item of settled as AsyncIterable<unknown>) items.push(item);
    return items;
  }
  return settled;
}

async function perform(target: string, method: string, args: readonly unknown[]): Promise<object> {
  try {
    const owner = targets[target] as Record<string, (...given: readonly unknown[]) => unknown>;
    const result = await plain(owner[method]?.(...args));
    return { result: result instanceof Object && !Array.isArray(result) ? mapped(result) : result };
  } catch (error) {
    return { error: { code: isRewindError(error) ? error.code : 'NONE', message: String(error) } };
  }
}

const mapped = (object: object): object =>
  Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      value instanceof Map ? (Object.fromEntries(value) as object) : (value as unknown),
    ]),
  );

for await (const line of createInterface({ input: process.stdin })) {
  const { id, target, method, args } = JSON.parse(line) as {
    id: number;
    target: string;
    method: string;
    args: unknown[];
  };
  void perform(target, method, args).then((answer) => console.log(JSON.stringify({ id, ...answer })));
}
