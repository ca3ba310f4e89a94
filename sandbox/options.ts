/** The command line of `npm run sandbox`. */
import { Command, InvalidArgumentError } from 'commander';
import { DateTime } from 'luxon';

/** The demo tenant's zone, whatever the machine's. */
export const STORY_ZONE = 'Europe/Berlin';

export interface SandboxOptions {
  /** Ignored with a data folder that already holds a tenant. */
  readonly population: { readonly users: number; readonly groups: number; readonly seed: number } | 'story';
  /** Undefined: a temporary folder, removed at the end. */
  readonly dataDir?: string;
  /** The story's day, as YYYY-MM-DD; the machine's date in the story's zone by default. */
  readonly today?: string;
  /** Where the simulated Teams sends the bot's activities: '…/api/messages'. */
  readonly botUrl?: string;
  /** Validate against Microsoft's description where it is at hand. */
  readonly contract: boolean;
  /** A new world's ports are the system's choice: several at a time on one machine. */
  readonly anyPorts: boolean;
  /** PEM files of certificates that the service application may sign in with. */
  readonly certificates: readonly string[];
  readonly json: boolean;
  readonly verbose: boolean;
}

/** @throws CommanderError for unknown or wrong arguments; its message is for people */
export function parseOptions(argv: readonly string[]): SandboxOptions {
  const command = new Command('sandbox')
    .description('A simulated Microsoft Entra tenant (Graph, authority) and a simulated Teams, on loopback.')
    .option('--users <n>', 'how many users', wholeNumber(1, 1_000_000), 120)
    .option('--groups <n>', 'how many groups (default: a tenth of the users)', wholeNumber(0, 100_000))
    .option('--seed <n>', 'the same seed gives the same tenant', wholeNumber(0, 2 ** 31), 1)
    .option('--story', 'the demo tenant Contoso with its two weeks, instead of a seeded population', false)
    .option('--today <date>', "the story's day, as YYYY-MM-DD", day)
    .option('--data <dir>', 'keep the world in this folder; a later start finds it again')
    .option('--bot-url <url>', 'where the bot listens (…/api/messages)', httpUrl)
    .option('--certificate <file>', 'PEM that the service application may sign in with', collect, [])
    .option('--no-contract', "do not validate against Microsoft's description")
    .option('--any-ports', "let the system choose a new world's ports, rather than 4100 and up", false)
    .option('--json', 'print one JSON line when ready, nothing else', false)
    .option('--verbose', 'say each step on stderr', false)
    .exitOverride();
  command.parse([...argv], { from: 'user' });
  const read = command.opts<{
    users: number;
    groups?: number;
    seed: number;
    story: boolean;
    today?: string;
    data?: string;
    botUrl?: string;
    certificate: string[];
    contract: boolean;
    anyPorts: boolean;
    json: boolean;
    verbose: boolean;
  }>();
  const groups = read.groups ?? Math.max(10, Math.round(read.users / 10));
  return {
    population: read.story ? 'story' : { users: read.users, groups, seed: read.seed },
    dataDir: read.data,
    today: read.today,
    botUrl: read.botUrl,
    contract: read.contract,
    anyPorts: read.anyPorts,
    certificates: read.certificate,
    json: read.json,
    verbose: read.verbose,
  };
}

/** Noon of the day in the story's zone: the same calendar day in most zones of the world. */
export function storyDay(isoDay: string | undefined, machine: Date): DateTime {
  const wanted =
    isoDay === undefined
      ? DateTime.fromJSDate(machine, { zone: STORY_ZONE })
      : DateTime.fromISO(isoDay, { zone: STORY_ZONE });
  return wanted.set({ hour: 12, minute: 0, second: 0, millisecond: 0 });
}

/** Half an hour before the story's first snapshot. */
export function storyBegin(today: DateTime): Date {
  return today.minus({ days: 14 }).set({ hour: 1, minute: 30 }).toJSDate();
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed`);
  };
}

function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text).isValid) return text;
  throw new InvalidArgumentError('a date such as 2026-11-21 is needed');
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('an http(s) address such as http://127.0.0.1:3978/api/messages is needed');
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
