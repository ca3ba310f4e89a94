/**
 * Every error a person can meet, in one catalogue. `doc/errors.md` lists the same codes; a test keeps the two equal.
 * `userText` says what happened, `notDone` what was not done, `hint` what to do next (SPEC C5).
 */
export interface ErrorEntry {
  readonly userText: string;
  readonly notDone: string;
  readonly hint: string;
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean;
}

const entry = (userText: string, notDone: string, hint: string, retryable = false): ErrorEntry => ({
  userText,
  notDone,
  hint,
  retryable,
});

export const ERRORS = {
  // What a person typed or clicked
  COMMAND_UNKNOWN: entry(
    'I do not know "{text}".',
    'Nothing was done.',
    'Type "help" for everything I understand.',
  ),
  COMMAND_INCOMPLETE: entry(
    '"{text}" is missing {missing}.',
    'Nothing was done.',
    'Say for example: {example}',
  ),
  OBJECT_NOT_FOUND: entry('I did not find a {type} "{name}".', 'Nothing was done.', '{closest}'),
  TIME_NOT_UNDERSTOOD: entry(
    'I do not understand the time "{text}".',
    'Nothing was done.',
    'Say for example: yesterday · 2 hours ago · last Friday 5pm · 2026-11-20 02:00 · snapshot 14.',
  ),
  TIME_IN_FUTURE: entry(
    '{when} has not come yet.',
    'Nothing was done.',
    'The newest restore point is {nearest}.',
  ),
  TIME_BEFORE_FIRST: entry(
    'Nothing is kept from before {nearest}.',
    'Nothing was done.',
    'Choose that restore point or a later one.',
  ),
  SNAPSHOT_PRUNED: entry(
    '{point} is no longer kept whole (retention).',
    'Nothing was done.',
    'The nearest restore points: {nearest}.',
  ),
  NO_SNAPSHOT: entry(
    'There is no complete snapshot of this tenant yet.',
    'Nothing was done.',
    'Say "backup now", or wait for the next scheduled run.',
  ),
  POINT_LACKS_OBJECT: entry(
    '{point} does not hold {name}.',
    'Nothing was done.',
    'The nearest restore points that do: {nearest}.',
  ),
  CARD_OLD: entry(
    'This card is from before; the request has moved on ({state}).',
    'This click did nothing.',
    'Use the newest card of this request, or ask again.',
  ),
  CARD_EXPIRED: entry(
    'This request expired {when}.',
    'Nothing was written.',
    'Ask again; the preview is made anew.',
  ),
  CARD_INVALID: entry(
    'This card carries something I cannot read.',
    'This click did nothing.',
    'Type the command again to get a new card.',
  ),
  INPUT_INVALID: entry('{what}', 'Nothing was done.', '{hint}'),
  REQUEST_NOT_FOUND: entry(
    'I do not know this request.',
    'Nothing was done.',
    'Type "requests" for those there are.',
  ),
  NUMBER_WRONG: entry(
    "That is not the number on the requester's card.",
    'The request was not approved.',
    'Ask {name} for the number shown there.',
  ),
  REASON_MISSING: entry(
    'A reason is needed.',
    'Nothing was asked for yet.',
    'Write the ticket or one sentence in "Why?".',
  ),
  // Who may
  NOT_ALLOWED: entry(
    'Your role does not allow this ({needed} is needed).',
    'Nothing was done.',
    'An administrator can add you to the group "{group}".',
  ),
  NOT_YOUR_REQUEST: entry(
    'This request belongs to somebody else.',
    'This click did nothing.',
    'Only {who} can do this.',
  ),
  OWN_REQUEST: entry(
    'You asked for this, so somebody else decides.',
    'The request was not approved.',
    'One of {group} can approve it.',
  ),
  ALREADY_DECIDED: entry(
    '{who} already decided this request ({state}).',
    'This click did nothing.',
    'Nothing more is needed from you.',
  ),
  RIGHTS_UNKNOWN: entry(
    'I could not check your rights just now.',
    'Nothing was done.',
    'Try again in a minute; without that check I do nothing.',
    true,
  ),
  PERSONAL_ONLY: entry(
    'This shows details of people.',
    'Nothing was shown here.',
    'I answered in our personal chat.',
  ),
  // Plan and apply
  PLAN_STALE: entry(
    'The tenant changed since the preview.',
    'The approval no longer counts; nothing was written.',
    'Look at the new preview and ask again.',
  ),
  NOTHING_TO_DO: entry('{name} already is as on {point}.', 'Nothing to restore.', 'No approval is needed.'),
  PLAN_BLOCKED: entry('This cannot be restored: {reason}', 'Nothing was written.', '{hint}'),
  TOO_MANY_REQUESTS: entry(
    'You have {count} requests waiting for approval already.',
    'This one was not asked for.',
    'Withdraw one, or wait until one is decided.',
  ),
  NOT_UNDOABLE: entry(
    'There is nothing of this request to undo ({why}).',
    'Nothing was done.',
    'Type "requests" for those that wrote something.',
  ),
  HANDOFF_GONE: entry(
    'This one-time value is gone ({why}).',
    'Nothing was shown.',
    'Use "Reset password" to make a new one.',
  ),
  HANDOFF_NOT_FOR_YOU: entry(
    'This one-time value is for somebody else.',
    'Nothing was shown.',
    'Only {who} can open it.',
  ),
  // Directory
  GRAPH_DENIED: entry(
    'Entra answered that this app may not do this ({what}).',
    'This step was not done.',
    'An administrator can grant {permission}.',
  ),
  GRAPH_BAD_REQUEST: entry(
    'Entra refused the request: {reason}',
    'This step was not done.',
    'Give the reference below to your administrator.',
  ),
  GRAPH_NOT_FOUND: entry(
    'Entra does not know {what} (any more).',
    'This step was not done.',
    'Make the preview anew.',
  ),
  GRAPH_CONFLICT: entry(
    '{what} is already in use.',
    'This step was not done.',
    'Choose another value and go on.',
  ),
  GRAPH_THROTTLED: entry('Entra asks us to slow down.', 'This step waits.', 'It goes on by itself.', true),
  GRAPH_UNREACHABLE: entry(
    'Microsoft Graph cannot be reached.',
    'This step is not settled yet.',
    'It is tried again; what happened is read back first.',
    true,
  ),
  GRAPH_AUTH: entry(
    'Entra refused our sign-in ({reason}).',
    'Nothing was done.',
    "An administrator should check the application's credentials in the settings.",
  ),
  DELTA_EXPIRED: entry(
    'The delta token is no longer accepted.',
    'This increment was not read.',
    'A full read follows by itself.',
    true,
  ),
  GRAPH_ANSWER_INVALID: entry(
    'Entra gave an answer that I cannot read.',
    'It was not used.',
    'Give the reference below to your administrator.',
  ),
  // Store and service
  STORE_UNREACHABLE: entry(
    'The database cannot be reached.',
    'Nothing was done.',
    'Try again in a minute; an administrator sees it in /readyz.',
    true,
  ),
  SNAPSHOT_CORRUPT: entry(
    'A stored version does not match its hash.',
    'It is not used.',
    'Run "verify" and ask your administrator.',
  ),
  FORMAT_NEWER: entry(
    'These snapshots were written by a newer version (format {format}; this one knows {known}).',
    'Nothing was read or written.',
    'Start the newer version again.',
  ),
  LEASE_LOST: entry(
    'Another instance took over this work.',
    'This instance stopped.',
    'Nothing to do: the other one goes on.',
    true,
  ),
  ALREADY_RUNNING: entry(
    'A backup of this tenant is running.',
    'No second one was started.',
    'It posts its result when it is done.',
    true,
  ),
  CONFIG_INVALID: entry(
    'The settings do not hold together: {reason}',
    'The service did not start.',
    'Compare with .env.sample.',
  ),
  START_FAILED: entry(
    'Could not start {what}: {reason}',
    'Nothing was served; what was kept is kept.',
    '{hint}',
  ),
  PART_ENDED: entry(
    '{name} ended unexpectedly.',
    'Nothing that was kept is lost.',
    'Start again to go on with the same data. If it stays, LOG_LEVEL=debug npm start tells more.',
  ),
  TERMINAL_UNKNOWN_USER: entry(
    'The operating-system account "{account}" is not named in TERMINAL_OPERATORS.',
    'Nothing was done.',
    'An administrator can add it to the settings.',
  ),
  INTERNAL: entry(
    'Something went wrong on our side.',
    'I stopped before doing more.',
    'Try again; if it stays, give the reference below to your administrator.',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** The one error class of bot and services. `details` fill the `{…}` of the texts and must never hold a secret. */
export class RewindError extends Error {
  override readonly name = 'RewindError';
  constructor(
    readonly code: ErrorCode,
    readonly details: Readonly<Record<string, string | number>> = {},
    options: { cause?: unknown; message?: string } = {},
  ) {
    super(options.message ?? `${code}: ${fill(ERRORS[code].userText, details)}`, { cause: options.cause });
  }
  get userText(): string {
    return fill(ERRORS[this.code].userText, this.details);
  }
  get notDone(): string {
    return fill(ERRORS[this.code].notDone, this.details);
  }
  get hint(): string {
    return fill(ERRORS[this.code].hint, this.details).trim();
  }
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

export const isRewindError = (error: unknown, ...codes: ErrorCode[]): error is RewindError =>
  error instanceof RewindError && (codes.length === 0 || codes.includes(error.code));

function fill(text: string, details: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (_, key: string) => String(details[key] ?? ''));
}
