import type {
  DeltaChange,
  LinkKind,
  ObjectTypeName,
  ObservedObject,
  Properties,
} from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';
import { RewindError } from '../model/errors.js';
import { hashOf } from '../model/json.js';
import { oneAhead, withoutLoops } from './pages.js';
import { linkName, observed } from './reading.js';
import type { Reading } from './reading.js';

type Seen = Extract<DeltaChange, { change: 'seen' }>;
type LinkChange = Extract<DeltaChange, { change: 'linked' | 'unlinked' }>;

/**
 * What one round of delta said. Order and repetition mean nothing in it (FACTS §11): changes are merged by id, and where two of
 * them contradict each other the object, or the source of the links, is read instead of believed.
 */
export interface DeltaRound {
  readonly nextToken: string;
  /** Named as live. */
  readonly seen: ReadonlySet<ObjectId>;
  readonly softDeleted: ReadonlySet<ObjectId>;
  readonly purged: ReadonlySet<ObjectId>;
  /** Named with different values, or too little to store: to be read by id. */
  readonly unclear: ReadonlySet<ObjectId>;
}

/** Follows delta from `token` and puts what it tells. @throws DELTA_EXPIRED before anything was put, GRAPH_ANSWER_INVALID */
export async function readDelta(reading: Reading, type: ObjectTypeName, token: string): Promise<DeltaRound> {
  const round = new Round(reading, type);
  const pages = withoutLoops(reading.reader.delta(type, token), `the delta of ${type}s`, ({ changes }) =>
    changes.map(nameOfChange),
  );
  let nextToken: string | undefined;
  for await (const page of oneAhead(pages)) {
    reading.stillOurs();
    await round.take(page.changes);
    nextToken = page.nextToken ?? nextToken;
  }
  if (nextToken === undefined)
    throw new RewindError(
      'GRAPH_ANSWER_INVALID',
      {},
      { message: `GRAPH_ANSWER_INVALID: the delta of ${type}s ended without a token` },
    );
  const { seen, softDeleted, purged, unclear } = round;
  return { seen, softDeleted, purged, unclear, nextToken };
}

class Round {
  readonly seen = new Set<ObjectId>();
  readonly softDeleted = new Set<ObjectId>();
  readonly unclear = new Set<ObjectId>();
  readonly purged = new Set<ObjectId>();
  /** Hash of what was named, to notice a second, different naming. */
  readonly #named = new Map<ObjectId, string>();
  readonly #links = new Map<string, 'linked' | 'unlinked'>();
  /** The one target of a single-valued link. */
  readonly #targets = new Map<string, ObjectId>();

  constructor(
    private readonly reading: Reading,
    private readonly type: ObjectTypeName,
  ) {}

  async take(changes: readonly DeltaChange[]): Promise<void> {
    const objects = new Map<ObjectId, Seen>();
    const links = new Map<string, LinkChange>();
    const purged: ObjectId[] = [];
    for (const change of changes)
      switch (change.change) {
        case 'seen':
          if (this.#isNews(change))
            objects.set(change.object.id, merge(objects.get(change.object.id), change));
          break;
        case 'softDeleted':
          this.softDeleted.add(change.id);
          break;
        case 'purged':
          this.purged.add(change.id);
          purged.push(change.id);
          break;
        default:
          if (this.#takeLink(change)) links.set(linkName(change.link), change);
      }
    await this.#putObjects([...objects.values()]);
    await this.#putLinks([...links.values()]);
    // Nothing comes back from a purge: it wins over whatever else the round says.
    await this.reading.remove(this.type, purged);
  }

  /** Whether a naming adds anything; one that contradicts an earlier one makes the object unclear. */
  #isNews({ object }: Seen): boolean {
    if (this.purged.has(object.id)) return false;
    this.seen.add(object.id);
    const hash = hashOf(object.properties);
    const earlier = this.#named.get(object.id);
    this.#named.set(object.id, hash);
    if (earlier !== undefined && earlier !== hash) this.unclear.add(object.id);
    return earlier !== hash;
  }

  async #putObjects(changes: readonly Seen[]): Promise<void> {
    const { run, catalog } = this.reading;
    const known = await run.versions(changes.map(({ object }) => object.id));
    const objects: ObservedObject[] = [];
    for (const { object, partial } of changes) {
      const before = known.get(object.id);
      if (!before && partial) {
        this.unclear.add(object.id);
        continue;
      }
      // Delta leaves out what was never set; what history knows and the page does not name stays as it was.
      const ground: Properties = before?.body ?? catalog.emptyBody(object.type);
      objects.push({ ...object, state: 'live', properties: { ...ground, ...object.properties } });
    }
    await this.reading.put(objects);
  }

  #takeLink({ change, link }: LinkChange): boolean {
    const name = linkName(link);
    const earlier = this.#links.get(name);
    this.#links.set(name, change);
    if (earlier !== undefined && earlier !== change) this.reading.unclear(link.kind, link.source);
    if (change === 'linked' && this.reading.catalog.link(link.kind).single) {
      const slot = `${link.kind}|${link.source}`;
      const target = this.#targets.get(slot);
      if (target !== undefined && target !== link.target) this.reading.unclear(link.kind, link.source);
      this.#targets.set(slot, link.target);
    }
    return earlier !== change;
  }

  async #putLinks(changes: readonly LinkChange[]): Promise<void> {
    const { reading } = this;
    await this.#endOldTargets(changes);
    await reading.run.putLinks(
      changes.map(({ change, link }) => {
        reading.unlisted.delete(linkName(link));
        return change === 'linked'
          ? reading.standing(link)
          : { ...observed(link), standing: 'gone' as const };
      }),
    );
    await this.#doubtUnknownEnds(changes);
  }

  /** A new target of a single-valued link ends the old one, whether or not the page says so. */
  async #endOldTargets(changes: readonly LinkChange[]): Promise<void> {
    const targets = new Map<LinkKind, Map<ObjectId, ObjectId>>();
    for (const { change, link } of changes)
      if (change === 'linked' && this.reading.catalog.link(link.kind).single) {
        const bySource = targets.get(link.kind) ?? new Map<ObjectId, ObjectId>();
        targets.set(link.kind, bySource.set(link.source, link.target));
      }
    for (const [kind, bySource] of targets) {
      const old = [];
      for await (const fact of this.reading.run.eachLink('source', [...bySource.keys()], kind))
        if (fact.target !== bySource.get(fact.source))
          old.push({ ...observed(fact), standing: 'gone' as const });
      await this.reading.run.putLinks(old);
    }
  }

  /** A link to an object that nobody has heard of may be a replay from before its purge. */
  async #doubtUnknownEnds(changes: readonly LinkChange[]): Promise<void> {
    const { catalog, run } = this.reading;
    const doubtful = changes.filter(
      ({ change, link }) => change === 'linked' && link.targetType && catalog.find(link.targetType),
    );
    const known = await run.versions([...new Set(doubtful.map(({ link }) => link.target))]);
    for (const { link } of doubtful)
      if (!known.has(link.target)) this.reading.unclear(link.kind, link.source);
  }
}

/** Enough to recognise a page that comes again; a large group comes on many pages, with other members each time. */
function nameOfChange(change: DeltaChange): string {
  if ('link' in change) return `${change.change} ${linkName(change.link)}`;
  return `${change.change} ${change.change === 'seen' ? change.object.id : change.id}`;
}

function merge(earlier: Seen | undefined, change: Seen): Seen {
  if (!earlier) return change;
  const properties = { ...earlier.object.properties, ...change.object.properties };
  return { ...change, partial: earlier.partial && change.partial, object: { ...change.object, properties } };
}
