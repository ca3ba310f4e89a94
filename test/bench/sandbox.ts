/**
 * `npm run bench -- sandbox --json`: a large population in the sandbox – how long it takes to start, what memory it holds, and how
 * fast its list pages are, validating and not, beside a plain Node server that sends the same bytes.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '../../bot/demo/processes.js';
import type { SandboxReady } from '../../sandbox/types.js';
import { round } from './figures.js';
import { compareWithPlain, drain, jsonFrom, targetOf, type PageFigures, type Target } from './pages.js';

const here = fileURLToPath(import.meta.url);
const ending = here.endsWith('.ts') ? '.ts' : '.js';
const nodeArgs = ending === '.ts' ? ['--import', 'tsx'] : [];
const scriptAt = (path: string): string => fileURLToPath(new URL(`${path}${ending}`, import.meta.url));

const WIDE =
  'id,accountEnabled,assignedLicenses,city,companyName,country,createdDateTime,department,displayName,employeeId,employeeType,givenName,identities,jobTitle,licenseAssignmentStates,mail,mailNickname,mobilePhone,officeLocation,onPremisesExtensionAttributes,otherMails,postalCode,proxyAddresses,state,streetAddress,surname,usageLocation,userPrincipalName,userType';
/** What a backup lists, as it asks for it, and what a client asks that sets little or nothing. */
const listsOf = (largestGroup: string): Readonly<Record<string, string>> => ({
  usersDefault: '/v1.0/users?$top=999',
  usersShort: '/v1.0/users',
  usersSelected: '/v1.0/users?$top=100&$select=id,displayName,mail,department,accountEnabled',
  usersFull: `/v1.0/users?$top=999&$select=${WIDE}&$expand=manager($select=id)`,
  groups: '/v1.0/groups?$top=999',
  members: `/v1.0/groups/${largestGroup}/members?$top=999`,
  memberIds: `/v1.0/groups/${largestGroup}/members?$top=999&$select=id`,
});

/** Lists of the same kinds that nobody compares. */
const warming = (largestGroup: string, anotherGroup: string): readonly string[] => [
  '/v1.0/users?$top=999&$select=id,displayName,onPremisesExtensionAttributes&$expand=manager($select=id,city)',
  '/v1.0/groups?$top=999&$select=id,displayName',
  `/v1.0/groups/${largestGroup}/members?$top=999&$select=id,displayName`,
  `/v1.0/groups/${anotherGroup}/members?$top=999&$select=id`,
];

export interface Size {
  readonly users: number;
  readonly groups: number;
  readonly seed: number;
}

export interface SandboxFigures {
  readonly population: Size & {
    /** Counted over the wire, by a first round of /groups/delta. */
    readonly memberships: number;
    readonly largestGroup: number;
  };
  readonly lists: Readonly<Record<string, { readonly plain: PageFigures; readonly validating: PageFigures }>>;
  readonly notValidating: ProcessFigures;
  readonly validating: ProcessFigures;
}

/** One sandbox process. Memory is its peak, null where the system does not tell (/proc). */
export interface ProcessFigures {
  /** From the start of the process to its ready line. */
  readonly startInMs: number;
  readonly memoryAtStartInMb: number | null;
  /** After every user was listed in full, every membership read, and the lists measured. */
  readonly memoryAtEndInMb: number | null;
}

export async function benchSandbox(size: Size): Promise<SandboxFigures> {
  const fast = await measured(size, ['--no-contract'], populationOf);
  const strict = await measured(size, [], async () => ({}));
  return {
    population: { ...size, ...fast.more },
    notValidating: fast.process,
    validating: strict.process,
    lists: Object.fromEntries(
      Object.entries(fast.lists).map(([name, plain]) => [
        name,
        { plain, validating: strict.lists[name] as PageFigures },
      ]),
    ),
  };
}

async function measured<T>(
  size: Size,
  args: readonly string[],
  more: (target: Target) => Promise<T>,
): Promise<{ process: ProcessFigures; lists: Record<string, PageFigures>; more: T }> {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-bench-'));
  const began = performance.now();
  const child = await start(size, '--data', folder, ...args);
  const startInMs = round(performance.now() - began, 0);
  try {
    const memoryAtStartInMb = peakMb(child.process.pid);
    const target = await targetOf(child.ready);
    const largestGroup = await groupWhere(target, "displayName eq 'All employees'");
    const anotherGroup = await groupWhere(target, "startswith(displayName,'Everybody in')");
    // The plain server has always run a little before it is timed; so has the sandbox, with lists that are not compared.
    for (const path of warming(largestGroup, anotherGroup)) await drain(target, path, () => undefined);
    const lists: Record<string, PageFigures> = {};
    for (const [name, path] of Object.entries(listsOf(largestGroup)))
      lists[name] = await compareWithPlain(path, target, folder);
    const found = await more(target);
    const memoryAtEndInMb = peakMb(child.process.pid);
    return { process: { startInMs, memoryAtStartInMb, memoryAtEndInMb }, lists, more: found };
  } finally {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function groupWhere(target: Target, filter: string): Promise<string> {
  const path = `/v1.0/groups?$filter=${filter}&$select=id`;
  const { value } = await jsonFrom<{ value: { id: string }[] }>(target, path);
  return value[0]?.id ?? '';
}

const start = (size: Size, ...more: string[]): Promise<Child<SandboxReady>> =>
  startChild<SandboxReady>(
    scriptAt('../../sandbox/main'),
    [
      ...['--users', String(size.users), '--groups', String(size.groups), '--seed', String(size.seed)],
      ...['--json', '--any-ports', ...more],
    ],
    { nodeArgs },
  );

/** Reads the tenant whole, as a first backup does. */
async function populationOf(target: Target): Promise<{ memberships: number; largestGroup: number }> {
  await drain(target, listsOf('')['usersFull'] as string, () => undefined);
  const members = new Map<string, number>();
  await drain(target, '/v1.0/groups/delta?$select=displayName,members', ({ value }) => {
    for (const group of value as { id: string; 'members@delta'?: unknown[] }[])
      members.set(group.id, (members.get(group.id) ?? 0) + (group['members@delta']?.length ?? 0));
  });
  const counts = [...members.values()];
  return { memberships: counts.reduce((sum, count) => sum + count, 0), largestGroup: Math.max(0, ...counts) };
}

function peakMb(pid: number | undefined): number | null {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? null : round(Number(peak) / 1024, 0);
  } catch {
    return null;
  }
}

const speed = ({ pagesPerSecond, ratio, firstRatio, changedRatio }: PageFigures): string =>
  `${pagesPerSecond}/s, ratio ${ratio}, the first time ${firstRatio}, after a change ${changedRatio}`;
const life = (label: string, one: ProcessFigures): string =>
  `${label}: ready after ${one.startInMs} ms with ${one.memoryAtStartInMb ?? '?'} MB, ${one.memoryAtEndInMb ?? '?'} MB at the end`;

export const sandboxLines = ({ population, lists, ...processes }: SandboxFigures): string[] => [
  `${population.users} users, ${population.groups} groups, ${population.memberships} memberships, ${population.largestGroup} in the largest group (seed ${population.seed})`,
  life('not validating', processes.notValidating),
  life('validating', processes.validating),
  ...Object.entries(lists).map(
    ([name, { plain, validating }]) =>
      `${name.padEnd(14)} ${plain.kilobytesAPage} KB a page   plain server ${plain.plainPagesPerSecond}/s   sandbox ${speed(plain)}   validating ${speed(validating)}`,
  ),
];
