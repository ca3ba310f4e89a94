import type { NamedObject } from '../../services/model/plan.js';
import type { JsonValue } from '../../services/model/json.js';
import { block, filled, row } from '../blocks.js';
import { button, dots, frame, runButton, type Button, type Frame, type ViewContext } from '../frame.js';
import { onPage, pageText, pagesOf, perPageIn } from '../pages.js';
import {
  clip,
  daysLeft,
  formatPoint,
  formatRelative,
  formatShort,
  formatValue,
  listing,
  plural,
} from '../format.js';
import { safeJson } from '../untrusted.js';

/** One property at the shown time. `value` undefined = not in this snapshot. */
export interface ShownProperty {
  readonly label: string;
  readonly value: JsonValue | undefined;
  /** ISO UTC of the newest snapshot with a distinct value; missing = as long as we know. */
  readonly lastChanged?: string;
  /** Differs from the version before; `before` is what it was. */
  readonly changed?: boolean;
  readonly before?: JsonValue;
}

export interface ShownLink {
  readonly object: NamedObject;
  /** ISO UTC of the first snapshot that has it without a break. */
  readonly since?: string;
  readonly note?: string;
}

export interface ShowTab {
  /** 'properties', 'memberships', 'log', 'json', … */
  readonly name: string;
  readonly label: string;
  readonly count?: number;
}

export interface ShowObjectData extends Frame {
  /** Property rows of this page: `mark` '~' and a word where it changed. */
  readonly properties: readonly {
    readonly label: string;
    readonly text: string;
    readonly mark: string;
    readonly note: string;
  }[];
  readonly code: string;
  /** The box to search what this tab lists (SPEC F2). */
  readonly search: { readonly show: boolean; readonly value: string; readonly button: Button };
  readonly tabs: readonly Button[];
  readonly tab: string;
}

export interface ShowObjectInput {
  readonly tenantName: string;
  readonly object: NamedObject;
  readonly state: 'live' | 'softDeleted' | 'gone';
  readonly deletedAt?: string;
  readonly purgeAt?: string;
  /** null = live directory. */
  readonly point: { readonly seq: number; readonly takenAt: string; readonly words?: string } | null;
  /** Position among the distinct versions, from 1 = oldest. */
  readonly version?: { readonly index: number; readonly count: number };
  /** Snapshot numbers of the neighbouring distinct versions. */
  readonly olderSeq?: number;
  readonly newerSeq?: number;
  readonly tab: string;
  readonly tabs: readonly ShowTab[];
  /** For the tab 'properties'. */
  readonly properties?: readonly ShownProperty[];
  /** Links that this version gained or lost against the one before, for the tab 'properties' (SPEC F3). */
  readonly linkChanges?: readonly { readonly text: string; readonly sign: '+' | '−' | '~' }[];
  /** For a tab of links. */
  readonly links?: readonly ShownLink[];
  /** For the tab 'log': who joined or left, newest first. */
  readonly log?: readonly { readonly at: string; readonly text: string; readonly sign: '+' | '−' | '~' }[];
  /** For the tab 'json'. */
  readonly json?: JsonValue;
  /** Only what has these letters in its label, name or value; '' or missing = everything. */
  readonly find?: string;
  readonly page?: number;
  readonly say: string;
}

const PER_PAGE = 12;

/** Story §4 show: a property table with last-changed dates, arrows through the distinct versions, tabs (SPEC F2, F3, F5). */
export function showObjectView(
  input: ShowObjectInput,
  ctx: ViewContext,
): { card: 'show-object'; data: ShowObjectData } {
  const page = input.page ?? 1;
  const perPage = perPageIn(ctx, PER_PAGE);
  const { object, point, tab } = input;
  const find = (input.find ?? '').trim().toLowerCase();
  const all = input.properties ?? [];
  // Who searches for a property wants to read that it is empty, too.
  const { listed: properties, folded } =
    find === '' ? foldEmpty(all) : { listed: all.filter((each) => has(find, each)), folded: [] };
  const links = (input.links ?? []).filter(
    ({ object: { name, key } }) => find === '' || includes(find, name, key),
  );
  const isSearched = all.length + (input.links ?? []).length > PER_PAGE;
  const log = input.log ?? [];
  const pages = pagesOf([properties.length, links.length, log.length], perPage);
  const current = input.tabs.find(({ name }) => name === tab);
  const listTab = input.links !== undefined;
  return {
    card: 'show-object',
    data: {
      ...frame(object.type === 'user' ? '☺' : '⛁', `${object.name}`, {
        badge: stateOf(input, ctx),
        context: dots(
          input.tenantName,
          object.kindName ?? object.type,
          object.key,
          point === null ? (input.state === 'live' ? 'live, now' : 'now') : formatPoint(point, ctx.timeZone),
          input.version && `version ${input.version.index} of ${input.version.count}`,
        ),
        intro: introOf(current?.label ?? tab, listTab, find, links.length + properties.length),
        blocks: filled([
          block(
            current?.label ?? tab,
            plural(links.length, 'entry', 'entries'),
            links.map(({ object: other, since, note }) =>
              row(
                '·',
                other.name,
                dots(
                  other.type === 'user' ? other.key : other.kindName,
                  since && `since ${formatShort(since, ctx.timeZone, ctx.now)}`,
                  note,
                ),
              ),
            ),
            page,
            perPage,
          ),
          block(
            'Log',
            plural(log.length, 'entry', 'entries'),
            log.map(({ at, text, sign }) => row(sign, text, formatRelative(at, ctx.timeZone, ctx.now))),
            page,
            perPage,
          ),
        ]),
        notes: [changesText(input.linkChanges ?? []), foldedText(folded, ctx), pageText(page, pages)].filter(
          Boolean,
        ),
        buttons: buttonsOf(input, page, pages, find),
        say: input.say,
      }),
      properties: onPage(properties, page, perPage).map((property) => ({
        label: property.label,
        text: formatValue(property.value),
        mark: property.changed === true ? '~' : '',
        note: dots(
          property.changed === true && `changed, was ${formatValue(property.before, 60)}`,
          property.lastChanged && `last changed ${formatShort(property.lastChanged, ctx.timeZone, ctx.now)}`,
        ),
      })),
      code: input.json === undefined ? '' : cut(safeJson(input.json), ctx),
      search: {
        show: isSearched,
        value: find,
        button: button('show.tab', 'Find', tabData(input, tab), { inputs: 'auto' }),
      },
      tabs: tabsOf(input),
      tab,
    },
  };
}

const includes = (find: string, ...texts: readonly (string | undefined)[]): boolean =>
  texts.some((text) => text !== undefined && text.toLowerCase().includes(find));
const has = (find: string, { label, value }: ShownProperty): boolean =>
  includes(find, label, formatValue(value, Number.MAX_SAFE_INTEGER));

function introOf(label: string, isList: boolean, find: string, count: number): readonly string[] {
  if (find !== '') return count === 0 ? [`Nothing here has “${clip(find, 60)}”.`] : [];
  return isList && count === 0 ? [`${label}: none at that time.`] : [];
}

/** What is empty and always was tells nothing: it is counted and named, after what is filled. Nothing else is left out (SPEC F2). */
function foldEmpty(properties: readonly ShownProperty[]): {
  readonly listed: readonly ShownProperty[];
  readonly folded: readonly string[];
} {
  const tells = ({ value, changed, lastChanged }: ShownProperty): boolean =>
    !isEmpty(value) || changed === true || lastChanged !== undefined;
  return {
    listed: properties.filter(tells),
    folded: properties.filter((property) => !tells(property)).map(({ label }) => label),
  };
}

const isEmpty = (value: JsonValue | undefined): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

const LINK_CHANGES_SHOWN = 6;

function changesText(changes: NonNullable<ShowObjectInput['linkChanges']>): string {
  if (changes.length === 0) return '';
  const lines = changes.map(({ sign, text }) => `${sign} ${text}`);
  return `changed in this version: ${listing(lines, LINK_CHANGES_SHOWN)}`;
}

function foldedText(labels: readonly string[], ctx: ViewContext): string {
  if (labels.length === 0) return '';
  return `${labels.length} empty: ${listing(labels, ctx.place === 'terminal' ? labels.length : 6)}`;
}

const cut = (text: string, ctx: ViewContext): string =>
  ctx.place === 'terminal' || text.length <= 8_000
    ? text
    : `${text.slice(0, text.lastIndexOf('\n', 8_000))}\n… use --json on the command line for all of it`;

function stateOf({ state, deletedAt, purgeAt, point }: ShowObjectInput, ctx: ViewContext): Frame['badge'] {
  if (point !== null) return { text: `snapshot ${point.seq}`, style: 'emphasis' };
  if (state === 'gone') return { text: 'no longer there', style: 'attention' };
  if (state === 'live') return { text: 'live', style: 'good' };
  return {
    text: dots(
      deletedAt === undefined ? 'deleted' : `deleted ${formatRelative(deletedAt, ctx.timeZone, ctx.now)}`,
      purgeAt !== undefined && `${plural(daysLeft(purgeAt, ctx.now), 'day')} left`,
    ),
    style: 'warning',
  };
}

const tabData = ({ object, point }: ShowObjectInput, tab: string) => ({
  type: object.type,
  id: object.id,
  tab,
  ...(point === null ? {} : { seq: point.seq }),
});

function buttonsOf(input: ShowObjectInput, page: number, pages: number, find: string): readonly Button[] {
  const { object, tab } = input;
  const here = { type: object.type, id: object.id, tab };
  const seq = input.point?.seq;
  const step = (title: string, to: number, tooltip: string): Button =>
    button('show.version', title, { ...here, seq: to }, { tooltip });
  return [
    ...(input.olderSeq === undefined ? [] : [step('◀ Older', input.olderSeq, 'The version before')]),
    ...(input.newerSeq === undefined ? [] : [step('Newer ▶', input.newerSeq, 'The version after')]),
    ...(pages > 1
      ? [
          button('show.tab', page < pages ? 'More' : 'First page', {
            ...tabData(input, tab),
            page: page < pages ? page + 1 : 1,
            ...(find === '' ? {} : { find }),
          }),
        ]
      : []),
    ...(input.point === null && input.state === 'live'
      ? []
      : [
          runButton(
            'Restore…',
            `restore ${object.type} ${object.key ?? object.id}${seq === undefined ? '' : ` to snapshot ${seq}`}`,
          ),
        ]),
  ];
}

/** Six at most: the rest is reached by a sentence. */
const tabsOf = (input: ShowObjectInput): readonly Button[] =>
  input.tabs
    .filter(({ name }) => name !== input.tab)
    .slice(0, 6)
    .map(({ name, label, count }) =>
      button('show.tab', count === undefined ? label : `${label} · ${count}`, tabData(input, name)),
    );
