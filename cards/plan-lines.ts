import type {
  ExpectedLine,
  LeftOutLine,
  NamedObject,
  ObjectRef,
  Operation,
  Plan,
  PlanNeeds,
  Skip,
} from '../services/model/plan.js';
import type { Row, Sign } from './frame.js';
import { row } from './blocks.js';
import { dots } from './frame.js';
import { clip, formatDuration, formatNumber, formatValue, listing, plural } from './format.js';

/** A plan in the words of the cards: preview, approval, lapse and result all draw from here, so that they cannot differ. */
export interface PlanLines {
  /** What somebody gets, each once, the granting ones first (SPEC A9). */
  readonly gives: readonly string[];
  /** The objects themselves: undelete, create, properties. */
  readonly account: readonly Row[];
  /** Relationships: what is taken away first, then added, then what comes by itself. */
  readonly links: readonly Row[];
  readonly linksTitle: string;
  readonly linksCount: string;
  readonly skips: readonly Row[];
  readonly findings: readonly Row[];
}

export function planLines(plan: Plan): PlanLines {
  const scope = scopeOf(plan);
  const operations = plan.operations;
  const linkRows = operations.flatMap((operation) => linkRow(operation, scope));
  const expected = plan.expected.filter((line) => line.kind !== 'account');
  const removed = linkRows.filter(({ sign }) => sign === '−');
  const added = linkRows.filter(({ sign }) => sign !== '−');
  const byUndelete = expected.filter(({ by }) => by === 'undelete');
  const goAgain = byUndelete.filter(({ removal }) => removal !== undefined);
  const leftOut = plan.leftOut ?? [];
  const accountRows = operations.flatMap((operation) => rowsOf(operation, scope));
  return {
    gives: givesOf(plan),
    account: [
      ...accountRows.filter(({ sign }) => sign === '−'),
      ...accountRows.filter(({ sign }) => sign !== '−'),
      ...leftOut.filter(({ kind }) => kind === 'property').map((line) => leftOutRow(line, scope)),
    ],
    links: [
      ...removed,
      ...added,
      ...expected.map((line) => expectedRow(line, scope)),
      ...leftOut.filter(({ kind }) => kind !== 'property').map((line) => leftOutRow(line, scope)),
    ],
    linksTitle: titleOf(scope, plan),
    linksCount: dots(
      removed.length > 0 && `${removed.length} to take away`,
      added.length > 0 && `${added.length} to add`,
      byUndelete.length > 0 &&
        `${byUndelete.length} ${byUndelete.length === 1 ? 'comes' : 'come'} back with the ${scope.thing}`,
      goAgain.length > 0 && `${goAgain.length} of them to go again`,
      expected.length > byUndelete.length && `${expected.length - byUndelete.length} by rule`,
    ),
    skips: plan.skips.map(skipRow),
    findings: plan.findings.map(({ severity, summary, detail }) =>
      row(severity === 'note' ? '·' : '!', summary, detail ?? ''),
    ),
  };
}

/** "undelete · 1 property · 2 memberships (3 more come back with it) · 2 lines skipped" */
export function planSummary(plan: Plan): string {
  const count = (wanted: (operation: Operation) => boolean): number => plan.operations.filter(wanted).length;
  const properties = plan.operations.reduce(
    (sum, operation) => sum + (operation.do === 'update' ? operation.changes.length : 0),
    0,
  );
  const undeletes = count(({ do: what }) => what === 'undelete');
  const creates = count(({ do: what }) => what === 'create');
  const deletes = count(({ do: what }) => what === 'delete');
  const links = count(({ do: what }) => what === 'link');
  const unlinks = count(({ do: what }) => what === 'unlink');
  const sessions = count(({ do: what }) => what === 'revokeSessions');
  const credentials = plan.operations.filter((operation) => operation.do === 'issueCredential');
  const back = plan.expected.filter(({ by, kind }) => by === 'undelete' && kind !== 'account');
  const coming = back.length;
  const goAgain = back.filter(({ removal }) => removal !== undefined).length;
  const many = plan.subjects.length > 1;
  return dots(
    deletes > 0 && (many ? `${deletes} to the recycle bin` : 'to the recycle bin'),
    unlinks > 0 && `${linkWords(plan, 'unlink')} taken away`,
    undeletes > 0 && (many ? `${undeletes} undeleted` : 'undelete'),
    creates > 0 && (many ? `${creates} recreated` : 'recreate with a new ID'),
    properties > 0 && plural(properties, 'property', 'properties'),
    links + coming > 0 &&
      `${linkWords(plan, 'link')}${coming > 0 ? ` (${coming}${links > 0 ? ' more' : ''} come back with it)` : ''}`,
    goAgain > 0 && `${goAgain} of these to go again, by a second preview`,
    sessions > 0 && 'sessions revoked',
    credentials.length > 0 &&
      credentials.map((c) => (c.credential === 'pass' ? 'one-time pass' : 'new password'))[0],
    plan.skips.length > 0 && `${plural(plan.skips.length, 'line')} skipped`,
  );
}

/** "2 memberships, 1 manager"; where nothing is written, the word of what comes back ("0 memberships"). */
function linkWords(plan: Plan, what: 'link' | 'unlink'): string {
  const scope = scopeOf(plan);
  const counts = new Map<string, number>();
  for (const o of plan.operations) {
    if (o.do !== what) continue;
    const word = endWord(o.kind, refId(o.source), scope);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  if (counts.size === 0) {
    const back = plan.expected.filter(({ by, kind }) => by === 'undelete' && kind !== 'account');
    const [only, ...others] = new Set(back.map((line) => wordOf(line, scope)));
    counts.set(only !== undefined && others.length === 0 ? only : 'links', 0);
  }
  return [...counts]
    .map(([word, count]) =>
      count === 1 ? `1 ${singular(word)}` : `${formatNumber(count)} ${word.toLowerCase()}`,
    )
    .join(', ');
}

const singular = (word: string): string => {
  const lower = word.toLowerCase();
  if (lower.endsWith('ies')) return `${lower.slice(0, -3)}y`;
  return lower.endsWith('s') ? lower.slice(0, -1) : lower;
};

/** "1 of Identity approvers, not you" */
export function needsText(needs: PlanNeeds, approverGroup: string): string {
  if (needs.approvers === 0) return 'nobody else: this preview is the confirmation';
  return dots(
    `${needs.approvers} of ${approverGroup}, not you`,
    needs.typeNumber && 'each types the number from your card',
    `within ${formatDuration(needs.expiresInMs)}`,
  );
}

/** Text after "This gives: "; '' when nothing is given. */
export const givesText = (gives: readonly string[], shown = 6): string =>
  gives.length <= shown
    ? gives.join(' · ')
    : `${gives.slice(0, shown).join(' · ')} · and ${gives.length - shown} more`;

export function givesOf(plan: Plan): readonly string[] {
  const all = [
    ...plan.operations.flatMap(({ gives }) => gives),
    ...plan.expected.flatMap(({ gives }) => gives),
  ];
  const ordered = [...all.filter(({ granting }) => granting), ...all.filter(({ granting }) => !granting)];
  return [...new Set(ordered.map(({ text }) => clip(text, 120)))];
}

/** Name with UPN or mail, as cards call an object. */
export const named = (object: NamedObject): string =>
  object.key === undefined || object.key === object.name ? object.name : `${object.name} (${object.key})`;

/** "Alice Moreau" or "3 users" or "3 objects". */
export function subjectsTitle(subjects: readonly NamedObject[]): string {
  const [first] = subjects;
  if (first !== undefined && subjects.length === 1) return first.name;
  const types = new Set(subjects.map(({ type }) => type));
  return types.size === 1 && first !== undefined
    ? plural(subjects.length, first.type)
    : plural(subjects.length, 'object');
}

/** "Alice Moreau" or "3 users: Ann, Ben, Cleo" */
export const subjectsText = (subjects: readonly NamedObject[]): string =>
  subjects.length === 1
    ? subjectsTitle(subjects)
    : `${subjectsTitle(subjects)}: ${listing(subjects.map(({ name }) => name))}`;

/** In front of what happens to it, a long name must not push that out of sight. */
const short = (name: string): string => {
  const characters = [...name];
  return characters.length <= 40 ? name : `${characters.slice(0, 39).join('')}…`;
};

interface Scope {
  readonly ids: ReadonlySet<string>;
  readonly many: boolean;
  /** What is restored, in a word: "account". */
  readonly thing: string;
  readonly words: ReadonlySet<string>;
}

/** "account" for users, else their type. */
export function thingOf(subjects: readonly NamedObject[]): string {
  const types = new Set(subjects.map(({ type }) => type));
  const [only] = types;
  if (types.size !== 1 || only === undefined) return 'object';
  return only === 'user' ? 'account' : only;
}

function scopeOf(plan: Plan): Scope {
  const ids = new Set<string>(plan.subjects.map(({ object }) => object.id));
  const thing = thingOf(plan.subjects.map(({ object }) => object));
  const bare: Scope = { ids, many: plan.subjects.length > 1, thing, words: new Set() };
  const words = new Set([
    ...plan.operations.flatMap((operation) =>
      operation.do === 'link' || operation.do === 'unlink'
        ? [endWord(operation.kind, refId(operation.source), bare)]
        : [],
    ),
    ...plan.expected.filter(({ kind }) => kind !== 'account').map((line) => wordOf(line, bare)),
    ...(plan.leftOut ?? []).filter(({ kind }) => kind !== 'property').map((line) => wordOf(line, bare)),
  ]);
  return { ...bare, words };
}

const refId = (ref: ObjectRef): string => ('id' in ref ? ref.id : ref.formerly);

/** Kind and end → the word people use, seen from the restored object. */
const WORDS: Readonly<Record<string, readonly [atTarget: string, atSource: string]>> = {
  member: ['Memberships', 'Members'],
  owner: ['Ownerships', 'Owners'],
  manager: ['Direct reports', 'Manager'],
  licence: ['Licences', 'Licences'],
};

const endWord = (kind: string, source: string, scope: Scope): string => {
  const words = WORDS[kind] ?? [kind, kind];
  return scope.ids.has(source) ? words[1] : words[0];
};

/** The key tells which end the restored object is: a group in `member` means a membership of ours. */
const wordOf = (line: Pick<ExpectedLine | LeftOutLine, 'key' | 'kind'>, scope: Scope): string => {
  const [, source] = /^link:[^:]+:([^:]+):/.exec(line.key) ?? [];
  return endWord(line.kind, source ?? '', scope);
};

function titleOf(scope: Scope, { operations, expected, skips }: Plan): string {
  const words = [...scope.words];
  if (words.length === 1 && words[0] !== undefined) return words[0];
  if (words.length === 2) return `${words[0]} and ${words[1]?.toLowerCase()}`;
  return operations.length + expected.length + skips.length === 0 ? '' : 'Relationships';
}

function rowsOf(operation: Operation, scope: Scope): readonly Row[] {
  const whose = (object: NamedObject, text: string): string =>
    scope.many ? `${short(object.name)}: ${text}` : text;
  const isUser = (object: NamedObject): boolean => object.type === 'user';
  switch (operation.do) {
    case 'undelete':
      return [
        row(
          '+',
          whose(operation.object, 'undelete, same ID'),
          dots(
            operation.newUserPrincipalName !== undefined && `as ${operation.newUserPrincipalName}`,
            isUser(operation.object) && 'its sign-in methods come back; we do not touch the password',
          ),
        ),
      ];
    case 'create':
      return [
        row(
          '+',
          whose(operation.object, 'recreate with a new ID; the old one cannot come back'),
          operation.withPassword ? 'with a random password that nobody sees' : '',
        ),
      ];
    case 'update':
      return operation.changes.map((change) => ({
        ...row(
          '~',
          whose(
            operation.object,
            `${change.label}   ${formatValue(change.before)} → ${formatValue(change.after)}`,
          ),
        ),
        tick: `line:${change.key}`,
        ticked: true,
      }));
    case 'revokeSessions':
      return [row('~', whose(operation.object, 'revoke all sign-in sessions'), operation.why)];
    case 'delete':
      return [row('−', whose(operation.object, 'move to the recycle bin'), operation.why)];
    case 'issueCredential':
      return [
        row(
          '+',
          whose(
            operation.object,
            operation.credential === 'pass' ? 'a one-time Temporary Access Pass' : 'a new one-time password',
          ),
          'made when its recipient is named, shown to them once',
        ),
      ];
    case 'link':
    case 'unlink':
      return [];
  }
}

function linkRow(operation: Operation, scope: Scope): readonly Row[] {
  if (operation.do !== 'link' && operation.do !== 'unlink') return [];
  const ours = scope.ids.has(refId(operation.source));
  const [subject, other] = ours
    ? [operation.sourceName, operation.targetName]
    : [operation.targetName, operation.sourceName];
  const word = endWord(operation.kind, refId(operation.source), scope);
  const sign: Sign = operation.do === 'link' ? '+' : '−';
  return [
    {
      ...row(
        sign,
        `${scope.many ? `${short(subject.name)}: ` : ''}${scope.words.size > 1 ? `${word}: ` : ''}${other.name}`,
        dots(
          other.type === 'user' ? other.key : other.kindName,
          operation.replaces !== undefined && `instead of ${operation.replaces.name}`,
          operation.ifMissing && 'only if it has not come back',
        ),
      ),
      tick: `line:${operation.key}`,
      ticked: true,
    },
  ];
}

function expectedRow(line: ExpectedLine, scope: Scope): Row {
  const word = scope.words.size > 1 ? `${wordOf(line, scope)}: ` : '';
  const text = `${word}${line.object.name}`;
  if (line.by === 'rule')
    return row('=', text, dots('dynamic, Entra adds it by rule within minutes', line.note));
  const back = `comes back with the ${scope.thing}`;
  const tick = line.stays === undefined && line.removal !== 'exact' ? `line:${line.key}` : '';
  return line.removal === undefined
    ? { ...row('=', text, dots(back, line.note)), tick, ticked: true }
    : { ...row('−', text, dots(`${back}, then a second preview takes it away`, line.note)), tick };
}

/** What comes back by itself, with what it gives: for choosing what is not to stay. */
export function comesBackRows(
  lines: readonly ExpectedLine[],
  subjects: readonly NamedObject[],
): readonly Row[] {
  const ids = new Set<string>(subjects.map(({ id }) => id));
  const bare: Scope = { ids, many: subjects.length > 1, thing: thingOf(subjects), words: new Set() };
  const scope: Scope = { ...bare, words: new Set(lines.map((line) => wordOf(line, bare))) };
  return lines.map((line) => {
    const { object, note, gives, removal, stays } = line;
    const { text, tick } = expectedRow(line, scope);
    const facts = dots(
      object.type === 'user' ? object.key : object.kindName,
      note,
      ...gives.map((give) => `gives ${give.text}`),
      removal === 'exact' && 'not there then: goes again in any case (exactly as then)',
      stays !== undefined && `cannot be taken away here: ${stays}`,
    );
    return { ...row(removal === undefined ? '=' : '−', text, facts), tick, ticked: removal === undefined };
  });
}

function leftOutRow({ key, object, label, kind }: LeftOutLine, scope: Scope): Row {
  const word = scope.words.size > 1 && kind !== 'property' ? `${wordOf({ key, kind }, scope)}: ` : '';
  const whose = label !== undefined && scope.many ? `${short(object.name)}: ` : '';
  return { ...row('·', `${whose}${word}${label ?? object.name}`, 'left out'), tick: `line:${key}` };
}

const skipRow = ({ object, reason, where }: Skip): Row =>
  row('·', `${object.name}: ${reason}${where === undefined ? '' : ` → ${where}`}`);
