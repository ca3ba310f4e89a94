import type { ShownProperty, ShowTab } from '../../cards/show-object/data.js';
import { shownValue } from '../../services/catalog/rules.js';
import { OPEN, type LinkFact, type ObjectVersion } from '../../services/model/history.js';
import type { ObjectId, Seq } from '../../services/model/ids.js';
import { diffBodies } from '../../services/snapshots/diff-body.js';
import { nameObjects } from '../../services/snapshots/names.js';
import type { App } from '../app.js';
import type { Turn } from '../turn.js';

/** What the tabs of a shown object hold: links, properties, the log. */

export interface Tab extends ShowTab {
  readonly kind?: string;
  /** One at most, seen from here: the manager. */
  readonly single?: boolean;
  readonly links: readonly { readonly other: ObjectId; readonly type: string; readonly from?: Seq }[];
}

export function tabsOf(
  app: App,
  type: string,
  facts: readonly LinkFact[],
  live: readonly { kind: string; source: ObjectId; target: ObjectId; targetType?: string }[],
  own: ReadonlySet<string>,
  seq: Seq | null,
): readonly Tab[] {
  const tabs = app.catalog.aspectsOf(type).map((aspect): Tab => {
    const spec = app.catalog.link(aspect.kind);
    const here = (link: { kind: string; source: ObjectId; target: ObjectId }) =>
      link.kind === aspect.kind && own.has(aspect.end === 'source' ? link.source : link.target);
    const end = (link: { source: ObjectId; target: ObjectId; targetType?: string }) => ({
      other: aspect.end === 'source' ? link.target : link.source,
      type: aspect.end === 'source' ? (link.targetType ?? spec.targetTypes[0] ?? 'object') : spec.sourceType,
    });
    const known = facts.filter((fact) => here(fact) && !fact.latent);
    const links =
      seq === null
        ? live.filter(here).map((link) => ({
            ...end(link),
            from: known.find(
              (fact) => fact.source === link.source && fact.target === link.target && fact.to >= OPEN,
            )?.from,
          }))
        : known
            .filter((fact) => fact.from <= seq && seq < fact.to)
            .map((fact) => ({ ...end(fact), from: fact.from }));
    const single = spec.single && aspect.end === 'source';
    return { name: aspect.name, label: aspect.label, count: links.length, kind: aspect.kind, single, links };
  });
  const plain = (name: string, label: string): Tab => ({ name, label, links: [] });
  return [plain('properties', 'Properties'), ...tabs, plain('log', 'Log'), plain('json', 'JSON')];
}

/**
 * What people look for first, first: value, when it last changed, and what it was before the version that is shown.
 * @param start the snapshot that the shown version begins with: a link alone makes a version, too, in which no property changed
 */
export function propertiesOf(
  app: App,
  type: string,
  body: ObjectVersion['body'],
  versions: readonly ObjectVersion[],
  held: ObjectVersion | null,
  times: ReadonlyMap<Seq, string>,
  start: Seq | undefined,
): readonly ShownProperty[] {
  const spec = app.catalog.type(type);
  const upTo = held ? versions.filter(({ from }) => from <= held.from) : versions;
  const previous = held && held.from === start ? (upTo.at(-2)?.body ?? null) : null;
  const rank = new Map(spec.shownFirst.map((name, index) => [name, index]));
  const ranked = Object.entries(spec.properties).sort(
    ([a, one], [b, other]) =>
      (rank.get(a) ?? rank.size) - (rank.get(b) ?? rank.size) || one.label.localeCompare(other.label),
  );
  return ranked.flatMap(([name, rule]) => {
    if (rule.volatile || body[name] === undefined) return [];
    const value = shownValue(rule, name, body);
    let last: Seq | undefined;
    for (let index = upTo.length - 1; index > 0; index--) {
      const [before, after] = [upTo[index - 1]!, upTo[index]!];
      if (
        diffBodies(spec, before.body, after.body).some(
          (difference) => difference.name === name && !difference.same,
        )
      ) {
        last = after.from;
        break;
      }
    }
    const changed = previous !== null && last === held?.from && previous[name] !== undefined;
    return [
      {
        label: rule.label,
        value,
        ...(last && times.get(last) ? { lastChanged: times.get(last)! } : {}),
        ...(changed ? { changed, before: shownValue(rule, name, previous)! } : {}),
      },
    ];
  });
}

/**
 * Who joined or left, newest first (SPEC F6).
 * @param only what is new in this one snapshot
 */
export async function logOf(
  app: App,
  turn: Turn,
  facts: readonly LinkFact[],
  own: ReadonlySet<string>,
  times: ReadonlyMap<Seq, string>,
  only?: Seq,
) {
  const first = Math.min(...times.keys());
  const names = await nameObjects(app.history, app.catalog, turn.tenant, Math.max(...times.keys(), 0));
  const visible = facts.filter(
    ({ latent, from, to }) => !latent && (only === undefined || from === only || to === only),
  );
  const nameOf = await names.of(visible.map((fact) => (own.has(fact.source) ? fact.target : fact.source)));
  const entries = visible.flatMap((fact) => {
    const spec = app.catalog.link(fact.kind);
    const other = nameOf(
      own.has(fact.source) ? fact.target : fact.source,
      own.has(fact.source) ? fact.targetType : spec.sourceType,
    );
    const label = (own.has(fact.source) ? spec.atSource : spec.atTarget)?.label ?? spec.label;
    const hidden = facts.some(
      (next) =>
        next.latent &&
        next.kind === fact.kind &&
        next.source === fact.source &&
        next.target === fact.target &&
        next.from === fact.to,
    );
    return [
      ...(fact.from > first ? [{ seq: fact.from, sign: '+' as const, text: `${label}: ${other.name}` }] : []),
      ...(fact.to < OPEN
        ? [
            {
              seq: fact.to,
              sign: '−' as const,
              text: `${label}: ${other.name}${hidden ? ' (kept by Entra while deleted)' : ''}`,
            },
          ]
        : []),
    ];
  });
  return entries
    .filter(({ seq }) => only === undefined || seq === only)
    .sort((a, b) => b.seq - a.seq)
    .map(({ seq, sign, text }) => ({ at: times.get(seq) ?? '', sign, text }));
}
