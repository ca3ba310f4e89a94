import { z } from 'zod';
import { RewindError } from '../services/model/errors.js';
import { parseRetention } from '../services/snapshots/retention-policy.js';

/**
 * Every setting, in one table: `.env.sample` and doc/settings.md are kept equal to it by a test.
 * A value comes from the environment (`.env` is read by `npm start`); an empty string counts as not set.
 */
interface Setting<T> {
  readonly schema: z.ZodType<T>;
  readonly about: string;
  readonly example: string;
  readonly secret?: true;
}

const setting = <T>(
  schema: z.ZodType<T>,
  example: string,
  about: string,
  extra: { secret?: true } = {},
): Setting<T> => ({
  schema,
  about,
  example,
  ...extra,
});

const text = z.string().min(1);
const optional = text.optional();
const url = (fallback: string) =>
  z
    .url({ protocol: /^https?$/ })
    .transform((value) => value.replace(/\/+$/, ''))
    .default(fallback);
const guid = z.guid().transform((value) => value.toLowerCase());
const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');
const zone = text.refine((name) => isZone(name), 'is not an IANA time zone').default('UTC');

export const SETTINGS = {
  TENANT_ID: setting(
    guid.optional(),
    '00000000-0000-0000-0000-000000000000',
    'The Entra tenant to back up and restore.',
  ),
  CLIENT_ID: setting(
    guid.optional(),
    '00000000-0000-0000-0000-000000000000',
    'Application that reads and writes the tenant (app-only Microsoft Graph).',
  ),
  CLIENT_SECRET: setting(optional, '', 'Its client secret. Prefer a certificate.', { secret: true }),
  CLIENT_CERTIFICATE_FILE: setting(
    optional,
    '/etc/rewind/graph.pem',
    'PEM file with its certificate and private key, instead of the secret.',
  ),
  GRAPH_URL: setting(
    url('https://graph.microsoft.com'),
    'https://graph.microsoft.com',
    'Microsoft Graph without version; another one for a national cloud.',
  ),
  AUTHORITY_URL: setting(
    url('https://login.microsoftonline.com'),
    'https://login.microsoftonline.com',
    'Where tokens come from, without the tenant.',
  ),

  BOT_APP_ID: setting(
    guid.optional(),
    '00000000-0000-0000-0000-000000000000',
    'App id of the Azure Bot (single tenant).',
  ),
  BOT_TENANT_ID: setting(
    guid.optional(),
    '00000000-0000-0000-0000-000000000000',
    "The bot's own tenant; TENANT_ID when not set.",
  ),
  BOT_SECRET: setting(optional, '', "The bot's client secret. Prefer a certificate.", { secret: true }),
  BOT_CERTIFICATE_FILE: setting(
    optional,
    '/etc/rewind/bot.pem',
    'PEM file with its certificate and private key, instead of the secret.',
  ),
  BOT_AUTHORITY_URL: setting(
    optional,
    'https://login.microsoftonline.com',
    "Authority of the bot's tokens; AUTHORITY_URL when not set.",
  ),
  BOT_OPENID_URL: setting(
    url('https://login.botframework.com/v1/.well-known/openidconfiguration'),
    'https://login.botframework.com/v1/.well-known/openidconfiguration',
    'OpenID metadata with the keys that sign what Teams sends.',
  ),
  BOT_TOKEN_ISSUER: setting(
    text.default('https://api.botframework.com'),
    'https://api.botframework.us',
    'Who signs what Teams sends, and for whom the bot gets its tokens; another one in a national cloud.',
  ),
  BOT_SERVICE_HOSTS: setting(
    text.default(
      'smba.trafficmanager.net,*.teams.microsoft.com,smba.infra.gcc.teams.microsoft.com,smba.infra.gov.teams.microsoft.us',
    ),
    'smba.trafficmanager.net,*.teams.microsoft.com',
    'Hosts that Teams may name as serviceUrl (comma-separated, host or host:port, * for one label and more); others are refused.',
  ),
  TEAMS_CHANNEL_ID: setting(
    optional,
    '19:abc…@thread.tacv2',
    'Channel that hears about backups and requests (counts only). Empty: nobody does.',
  ),
  TEAMS_SERVICE_URL: setting(
    url('https://smba.trafficmanager.net/teams'),
    'https://smba.trafficmanager.net/emea',
    'Where a conversation is opened with somebody the bot has not heard from yet.',
  ),

  GROUP_READERS: setting(
    optional,
    'Rewind readers',
    'Entra group (name or object id) whose members may look. Empty: nobody by this role.',
  ),
  GROUP_OPERATORS: setting(optional, 'Helpdesk', 'Members may also ask for restores and run backups.'),
  GROUP_APPROVERS: setting(optional, 'Identity approvers', 'Members decide requests of others.'),
  GROUP_ADMINISTRATORS: setting(
    optional,
    'Rewind administrators',
    'Members may do what the helpdesk may, verify, and read the audit.',
  ),
  GROUP_AUDITORS: setting(optional, 'Rewind auditors', 'Members may read the audit and verify.'),
  TERMINAL_OPERATORS: setting(
    optional,
    'root=hanna.berg@contoso.example',
    'Who the command line is: operating-system account = UPN, comma-separated; * for any account.',
  ),

  BACKUP_SCHEDULE: setting(
    text.default('daily at 02:00'),
    'daily at 02:00',
    '"daily at HH:MM", "hourly", "every 6 hours" or cron.',
  ),
  RETENTION: setting(
    text
      .refine((rules) => parseRetention(rules) !== null, 'is no list of rules such as "all 90 days"')
      .default('all 365 days'),
    'all 90 days, daily 1 year, monthly 7 years',
    'Which snapshots stay restore points: "all", "daily", "weekly", "monthly" or "yearly", each with a number of days, weeks, months or years, or "forever".',
  ),
  TIME_ZONE: setting(
    zone,
    'Europe/Berlin',
    'IANA zone of the schedule, and of people whose own zone Teams does not tell.',
  ),

  MONGODB_URI: setting(
    optional,
    'mongodb://…',
    'A MongoDB server or cluster. Empty: the embedded store in DATA_DIR.',
    { secret: true },
  ),
  MONGODB_DB: setting(text.default('rewind'), 'rewind', 'Database name.'),
  DATA_DIR: setting(
    text.default('.data/service'),
    '.data/service',
    'Folder of the embedded store, keys and the command-line socket (0700).',
  ),
  SEALING_KEY: setting(
    z
      .base64()
      .refine((value) => Buffer.from(value, 'base64').length === 32, 'must be 32 bytes in base64')
      .optional(),
    '',
    'Key that seals one-time credentials (32 bytes, base64). Empty: a key file in DATA_DIR/keys, made at the first start.',
    { secret: true },
  ),

  HOST: setting(
    text.default('127.0.0.1'),
    '127.0.0.1',
    'Address to listen on; put a TLS proxy in front for Teams.',
  ),
  PORT: setting(
    z.coerce.number().int().min(0).max(65535).default(3978),
    '3978',
    'Port of /api/messages, /healthz and /readyz.',
  ),
  LOG_LEVEL: setting(
    z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    'info',
    'How much the log says.',
  ),
  SANDBOX_CONTROL_URL: setting(
    optional,
    '',
    "Demo and tests only: the sandbox whose clock is the product's clock.",
  ),
  INSECURE_LOOPBACK: setting(
    flag,
    '0',
    'Developers only: 1 accepts unsigned messages on loopback. Refused in production and on any other address.',
  ),
} as const;

type Settings = { readonly [K in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[K]['schema']> };

export interface Config extends Settings {
  readonly TENANT_ID: string;
  readonly CLIENT_ID: string;
  readonly BOT_TENANT_ID: string;
  readonly production: boolean;
}

/**
 * Parses the environment; all mistakes at once, secrets never repeated.
 * @throws CONFIG_INVALID with one line per mistake
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    const raw = env[name]?.trim();
    const parsed = one.schema.safeParse(raw === '' ? undefined : raw);
    if (parsed.success) values[name] = parsed.data;
    else {
      const got = one.secret || raw === undefined ? '' : ` (got "${raw}")`;
      problems.push(
        `${name}${got}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}. For example: ${one.example}`,
      );
    }
  }
  const settings = values as Settings;
  const production = env['NODE_ENV'] === 'production';
  const missing = (name: keyof Settings, why: string) => {
    if (settings[name] === undefined && !problems.some((line) => line.startsWith(name)))
      problems.push(`${name}: is needed ${why}`);
  };
  missing('TENANT_ID', 'to know which tenant to back up');
  missing('CLIENT_ID', 'to sign in to Microsoft Graph');
  if (!settings.CLIENT_SECRET && !settings.CLIENT_CERTIFICATE_FILE)
    problems.push('CLIENT_CERTIFICATE_FILE or CLIENT_SECRET: one of them is needed');
  if (settings.INSECURE_LOOPBACK) {
    if (production) problems.push('INSECURE_LOOPBACK: is refused in production');
    if (!isLoopback(settings.HOST))
      problems.push('INSECURE_LOOPBACK: is refused unless HOST is a loopback address');
  } else {
    missing('BOT_APP_ID', 'so that messages can be checked (without it anybody could write to the bot)');
    if (settings.BOT_APP_ID && !settings.BOT_SECRET && !settings.BOT_CERTIFICATE_FILE)
      problems.push('BOT_CERTIFICATE_FILE or BOT_SECRET: one of them is needed');
  }
  if (settings.SANDBOX_CONTROL_URL && production)
    problems.push('SANDBOX_CONTROL_URL: is refused in production');
  for (const name of Object.keys(env).filter((each) => !(each in SETTINGS))) {
    const near = nearest(name);
    const isOurs = /^(BOT|GROUP|TEAMS|TERMINAL|BACKUP|SEALING)_/.test(name);
    // Others have settings that begin like these, too: only what is all but one of ours, and not set, is a slip of the pen.
    const isSlip =
      /^(CLIENT|TENANT|GRAPH|AUTHORITY|RETENT|MONGO)/.test(name) &&
      near.score > ALL_BUT_THE_SAME &&
      !env[near.name]?.trim();
    if (isOurs || isSlip)
      problems.push(`${name}: is not a setting${near.score > 0.5 ? `; did you mean ${near.name}?` : ''}`);
  }
  if (problems.length > 0)
    throw new RewindError('CONFIG_INVALID', { reason: `\n  ${problems.join('\n  ')}` });
  return {
    ...settings,
    TENANT_ID: settings.TENANT_ID!,
    CLIENT_ID: settings.CLIENT_ID!,
    BOT_TENANT_ID: settings.BOT_TENANT_ID ?? settings.TENANT_ID!,
    production,
  };
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\./.test(host);

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

const ALL_BUT_THE_SAME = 0.75;

/** The setting that shares most pairs of letters with it; 1 = all of them. */
function nearest(name: string): { readonly name: string; readonly score: number } {
  const score = (candidate: string) => {
    const pairs = new Set([...candidate].map((_, index) => candidate.slice(index, index + 2)));
    return (
      [...name].filter((_, index) => pairs.has(name.slice(index, index + 2))).length /
      Math.max(name.length, candidate.length)
    );
  };
  const best = Object.keys(SETTINGS).sort((a, b) => score(b) - score(a))[0]!;
  return { name: best, score: score(best) };
}
