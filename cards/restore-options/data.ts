import type { RestoreRequest } from '../../services/model/restore.js';
import type { RestoreOutlook } from '../../services/model/restore-service.js';
import { button, dots, frame, type Button, type Frame, type ViewContext } from '../frame.js';
import {
  clip,
  daysLeft,
  formatInstant,
  formatNumber,
  formatRelative,
  formatShort,
  formatUntil,
  listing,
  plural,
} from '../format.js';
import { subjectsText, subjectsTitle } from '../plan-lines.js';

export interface RestoreOptionsData extends Frame {
  readonly point: {
    readonly text: string;
    /** "yesterday → …" in words; '' when no words were resolved. */
    readonly words: string;
    readonly since: string;
    readonly change: Button;
  };
  /** The tick box of the object itself; `title` '' = there is nothing to do to it. */
  readonly object: { readonly title: string; readonly ticked: boolean };
  readonly comesBack: {
    readonly text: string;
    /** What is not to stay, by name; '' = nothing. */
    readonly leftOut: string;
    readonly change: Button;
  };
  readonly aspects: readonly { readonly id: string; readonly title: string; readonly ticked: boolean }[];
  readonly readOnly: string;
  readonly mode: { readonly show: boolean; readonly value: 'add' | 'exact'; readonly exactTitle: string };
  readonly block: { readonly show: boolean; readonly ticked: boolean };
  /** Asked for only when the old sign-in name is taken. */
  readonly newUpn: { readonly show: boolean; readonly value: string; readonly label: string };
  readonly reason: string;
}

export interface RestoreOptionsInput {
  readonly request: RestoreRequest;
  readonly outlook: RestoreOutlook;
  readonly tenantName: string;
  /** The sentence that does the same; from the grammar. */
  readonly say: string;
  /** Application or person that deleted it, where the directory audit told. */
  readonly deletedBy?: string;
  /** The sign-in name that somebody else has now (SPEC R14). */
  readonly takenUpn?: string;
}

/** Story §3.2: what will be restored, as of when, and how; every line can be changed. */
export function restoreOptionsView(
  input: RestoreOptionsInput,
  ctx: ViewContext,
): { card: 'restore-options'; data: RestoreOptionsData } {
  const { request, outlook } = input;
  const { options, subjects } = request;
  const ref = { id: request.id, rev: request.rev };
  const undeletes = outlook.account.how === 'undelete';
  const type = subjects[0]?.type ?? 'object';
  return {
    card: 'restore-options',
    data: {
      ...frame('↩', `Restore ${subjects.length === 1 ? type : ''}`.trim() + ` · ${subjectsTitle(subjects)}`, {
        badge: { text: 'asks', style: 'accent' },
        context: dots(
          input.tenantName,
          subjects.length === 1 ? stateText(input, ctx) : subjectsText(subjects),
        ),
        notes: (request.point?.partial ?? []).map(
          (reason) => `This snapshot is partial, only what it holds whole is restored: ${clip(reason, 200)}`,
        ),
        buttons: [
          button('restore.preview', 'Preview', ref, { inputs: 'auto', style: 'positive' }),
          button('restore.cancel', 'Cancel', ref),
        ],
        say: input.say,
      }),
      point: pointOf(input, ctx),
      object: { title: objectTitle(outlook, type), ticked: options.withObject },
      comesBack: {
        text: outlook.comesBack.map(({ what, count }) => countOf(what, count)).join(' · '),
        leftOut: leftOutText(outlook),
        change: button('restore.comesBack', 'Leave some out…', ref, {
          inputs: 'auto',
          tooltip: 'Choose what is not to stay of what Entra brings back',
        }),
      },
      aspects: outlook.aspects
        .filter(({ readOnly }) => !readOnly)
        .map(({ name, label, count, selected }) => ({
          id: `aspect:${name}`,
          title: `${label} · ${count}${undeletes && count > 0 ? ' more' : ''}`,
          ticked: selected,
        })),
      readOnly: outlook.aspects
        .filter(({ readOnly }) => readOnly)
        .map(({ label, count }) => `${label} · ${count} (read only)`)
        .join(' · '),
      mode: {
        show: outlook.aspects.some(({ readOnly }) => !readOnly),
        value: options.mode,
        exactTitle: undeletes
          ? 'exactly as then: a second preview with the removals once it is back'
          : 'exactly as then: also take away what was not there',
      },
      block: { show: type === 'user', ticked: options.blockSignIn },
      newUpn: {
        show: input.takenUpn !== undefined,
        value: options.newUserPrincipalName ?? '',
        label: `${input.takenUpn ?? ''} is taken now. Sign-in name to use instead`,
      },
      reason: request.reason ?? '',
    },
  };
}

/** "Project X, Berlin office: a second preview with their removal once it is back" */
function leftOutText({ comesBackLines }: RestoreOutlook): string {
  const names = comesBackLines
    .filter(({ removal }) => removal === 'leftOut')
    .map(({ object }) => object.name);
  if (names.length === 0) return '';
  return `${listing(names)}: a second preview with ${names.length === 1 ? 'its' : 'their'} removal once it is back`;
}

function pointOf({ request, outlook }: RestoreOptionsInput, ctx: ViewContext): RestoreOptionsData['point'] {
  const { point } = request;
  const change = button(
    'restore.points',
    'Change',
    { id: request.id, rev: request.rev },
    { inputs: 'auto', tooltip: 'Choose another restore point' },
  );
  if (point === null) return { text: '', words: '', since: '', change };
  const { since } = outlook;
  const facts = dots(
    since.deleted && 'deleted',
    linksSince(since),
    since.propertiesChanged > 0 && `${plural(since.propertiesChanged, 'property', 'properties')} changed`,
  );
  return {
    text: `${formatInstant(point.takenAt, ctx.timeZone)} · snapshot ${point.seq}`,
    words: point.words === undefined ? '' : `${point.words} →`,
    since: `since then: ${facts === '' ? 'nothing changed' : facts}`,
    change,
  };
}

/** "1 membership gained · 3 lost"; links of several kinds are called that. */
function linksSince({ linksGained, linksLost, linksLabel }: RestoreOutlook['since']): string {
  const many = linksLabel?.toLowerCase() ?? 'links';
  const word = (count: number): string => plural(count, many.replace(/s$/, ''), many);
  return dots(
    linksGained > 0 && `${word(linksGained)} gained`,
    linksLost > 0 && `${linksGained > 0 ? formatNumber(linksLost) : word(linksLost)} lost`,
  );
}

function stateText({ outlook, deletedBy }: RestoreOptionsInput, ctx: ViewContext): string {
  const { state, deletedAt, purgeAt, lastSeen, object } = outlook.candidate;
  if (state === 'live') return dots('live', object.key);
  if (state === 'gone') {
    return dots(
      'no longer in the tenant',
      lastSeen &&
        `last seen ${formatShort(lastSeen.takenAt, ctx.timeZone, ctx.now)}, snapshot ${lastSeen.seq}`,
      object.key,
    );
  }
  const when = deletedAt === undefined ? '' : ` ${formatRelative(deletedAt, ctx.timeZone, ctx.now)}`;
  return dots(
    `deleted${when}${deletedBy === undefined ? '' : ` by ${deletedBy}`}`,
    purgeAt !== undefined &&
      `in the recycle bin until ${formatUntil(purgeAt, ctx.timeZone)} (${plural(daysLeft(purgeAt, ctx.now), 'day')})`,
    object.key,
  );
}

function objectTitle({ account }: RestoreOutlook, type: string): string {
  const what = type === 'user' ? 'The account' : `The ${type}`;
  const properties = plural(account.properties, 'property', 'properties');
  switch (account.how) {
    case 'undelete':
      return `${what}: undelete, same ID${account.properties > 0 ? `, then ${properties}` : ''}`;
    case 'recreate':
      return `${what}: recreate with a new ID and the properties of then`;
    case 'overwrite':
      return account.properties > 0
        ? `${what}: ${properties} back to what ${account.properties === 1 ? 'it was' : 'they were'}`
        : `${what}: already as it was`;
    case 'nothing':
      return '';
  }
}

/** "3 memberships", "1 member": the outlook names kinds in the plural. */
const countOf = (what: string, count: number): string => plural(count, what.replace(/s$/, ''));
