import type { JsonValue } from '../../services/model/json.js';
import type { NamedObject } from '../../services/model/plan.js';
import { block, filled, row } from '../blocks.js';
import { button, dots, frame, runButton, type Button, type Frame, type ViewContext } from '../frame.js';
import { pager, pagesOf, perPageIn } from '../pages.js';
import { formatInstant, formatShort, formatValue, plural } from '../format.js';

export type CompareData = Frame;

/** One end of a comparison; `null` = the live directory now. */
export type CompareEnd = { readonly seq: number; readonly takenAt: string } | null;

export interface ComparedLink {
  /** "Memberships" */
  readonly label: string;
  readonly object: NamedObject;
  readonly change: 'added' | 'removed' | 'same';
  readonly note?: string;
}

export interface CompareInput {
  readonly tenantName: string;
  readonly object: NamedObject;
  readonly from: CompareEnd;
  readonly to: CompareEnd;
  /** Only differences unless `all`; `before`/`after` undefined = not in that snapshot. */
  readonly properties: readonly {
    readonly label: string;
    readonly before: JsonValue | undefined;
    readonly after: JsonValue | undefined;
    readonly same?: boolean;
  }[];
  readonly links: readonly ComparedLink[];
  /** Facts about the object itself: "deleted", "did not exist". */
  readonly facts?: readonly string[];
  /** What could not be compared, and where it can be read. */
  readonly untold?: string;
  readonly all?: boolean;
  readonly page?: number;
  readonly say: string;
}

/** SPEC F4: what differs between two times; all on request. */
export function compareView(input: CompareInput, ctx: ViewContext): { card: 'compare'; data: CompareData } {
  const { object, from, to } = input;
  const page = input.page ?? 1;
  const differing = input.properties.filter(({ same }) => same !== true);
  const changedLinks = input.links.filter(({ change }) => change !== 'same');
  const labels = new Set(input.links.map(({ label }) => label));
  const facts = input.facts ?? [];
  return {
    card: 'compare',
    data: frame('⇄', `${object.name}: ${endShort(from, ctx)} → ${endShort(to, ctx)}`, {
      badge:
        differing.length + changedLinks.length + facts.length === 0
          ? { text: 'no difference', style: 'good' }
          : {
              text: plural(differing.length + changedLinks.length + facts.length, 'difference'),
              style: 'accent',
            },
      context: dots(input.tenantName, object.key, endLong(from, ctx), endLong(to, ctx)),
      intro: facts,
      blocks: filled([
        block(
          'Properties',
          differing.length === 0 ? '' : `${differing.length} changed`,
          input.properties.map(({ label, before, after, same }) =>
            same === true
              ? row('=', `${label}   ${formatValue(after)}`)
              : row('~', `${label}   ${formatValue(before)} → ${formatValue(after)}`),
          ),
          page,
          perPageIn(ctx),
        ),
        block(
          labels.size === 1 ? ([...labels][0] ?? 'Relationships') : 'Relationships',
          dots(
            ...(['added', 'removed'] as const).map((change) => {
              const count = input.links.filter((link) => link.change === change).length;
              return count > 0 && `${count} ${change}`;
            }),
          ),
          input.links.map(({ label, object: other, change, note }) =>
            row(
              change === 'added' ? '+' : change === 'removed' ? '−' : '=',
              labels.size > 1 ? `${label}: ${other.name}` : other.name,
              dots(change === 'same' ? '' : change, note),
            ),
          ),
          page,
          perPageIn(ctx),
        ),
      ]),
      notes: input.untold === undefined ? [] : [input.untold],
      buttons: buttonsOf(input, page, perPageIn(ctx)),
      say: input.say,
    }),
  };
}

/** Nothing to bring back. */
const isSame = ({ properties, links, facts = [], untold }: CompareInput): boolean =>
  properties.every(({ same }) => same === true) &&
  links.every(({ change }) => change === 'same') &&
  facts.length === 0 &&
  untold === undefined;

const endShort = (end: CompareEnd, ctx: ViewContext): string =>
  end === null ? 'now' : formatShort(end.takenAt, ctx.timeZone, ctx.now);

const endLong = (end: CompareEnd, ctx: ViewContext): string =>
  end === null ? 'live' : `snapshot ${end.seq}: ${formatInstant(end.takenAt, ctx.timeZone)}`;

function buttonsOf(input: CompareInput, page: number, perPage: number): readonly Button[] {
  const { object, from, to } = input;
  const pages = pagesOf([input.properties.length, input.links.length], perPage);
  const all = input.all === true;
  const turn = (title: string, to_: number, shown = all): Button =>
    button('compare.page', title, {
      type: object.type,
      id: object.id,
      from: from?.seq ?? 0,
      to: to === null ? 'now' : to.seq,
      page: to_,
      all: shown,
    });
  return [
    ...pager(page, pages, turn),
    ...(from === null ? [] : [turn(all ? 'Only differences' : 'Show all', 1, !all)]),
    ...(from === null || isSame(input)
      ? []
      : [
          runButton(
            `Restore to snapshot ${from.seq}…`,
            `restore ${object.type} ${object.key ?? object.id} to snapshot ${from.seq}`,
          ),
        ]),
  ];
}
