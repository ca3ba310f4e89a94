/** Who is in the tenant, as Teams knows them. The tenant may hold 100,000 users, so the list is read rarely. */
import type { GraphTenant } from '../types.js';
import { personMri } from './ids.js';
import type { Person } from './model.js';

/** The page's people, by the names of the demo story; another population lends its first users. */
const STORY_PEOPLE = ['Hanna Berg', 'Arun Patel', 'Mei Lin', 'Sofia Rossi', 'Tom Okafor'] as const;
/** How long a list counts as fresh, in ms of machine time. A name that is not in it is always looked for anew. */
const FRESH_IN_MS = 1_000;

interface Listing {
  readonly readAt: number;
  readonly byId: ReadonlyMap<string, Person>;
  readonly byName: ReadonlyMap<string, Person>;
  readonly cast: readonly Person[];
}

export class Directory {
  readonly #people: GraphTenant['people'];
  readonly #tenantId: string;
  readonly #mris = new Map<string, string>();
  #listing: Listing | undefined;

  constructor(people: GraphTenant['people'], tenantId: string) {
    this.#people = people;
    this.#tenantId = tenantId;
  }

  /** The tenant changed: the next question reads it again. */
  forget(): void {
    this.#listing = undefined;
  }

  everyone(): Iterable<Person> {
    return this.#fresh().byId.values();
  }

  byId(objectId: string): Person | undefined {
    return this.#fresh().byId.get(objectId) ?? this.#reread().byId.get(objectId);
  }

  /** Of a conversation's members, in joining order; who was deleted is not among them. */
  members(objectIds: readonly string[]): Person[] {
    const { byId } = this.#fresh();
    return objectIds.flatMap((id) => byId.get(id) ?? []);
  }

  /** The people of the page: the story's where they exist, else the first few of the population. */
  cast(): readonly Person[] {
    return this.#fresh().cast;
  }

  /** By object id, UPN, Teams id, full name, or a first name that only one of the page's people has. */
  find(who: string): Person | undefined {
    const wanted = who.trim().toLowerCase();
    const look = ({ byName, cast }: Listing): Person | undefined => {
      const firsts = cast.filter((person) => person.displayName.toLowerCase().split(' ')[0] === wanted);
      return byName.get(wanted) ?? (firsts.length === 1 ? firsts[0] : undefined);
    };
    return look(this.#fresh()) ?? look(this.#reread());
  }

  #fresh(): Listing {
    const known = this.#listing;
    return known !== undefined && performance.now() - known.readAt < FRESH_IN_MS ? known : this.#reread();
  }

  #reread(): Listing {
    const byId = new Map<string, Person>();
    const byName = new Map<string, Person>();
    for (const user of this.#people()) {
      const person: Person = {
        objectId: user.objectId,
        displayName: user.displayName,
        userPrincipalName: user.userPrincipalName,
        ...(user.jobTitle === undefined ? {} : { jobTitle: user.jobTitle }),
        mri: this.#mri(user.objectId),
      };
      byId.set(person.objectId, person);
      // Display names repeat: the first one keeps the name; ids and UPNs are unique and come last.
      const name = person.displayName.toLowerCase();
      if (!byName.has(name)) byName.set(name, person);
      for (const unique of [person.objectId, person.userPrincipalName, person.mri])
        byName.set(unique.toLowerCase(), person);
    }
    const story = STORY_PEOPLE.flatMap((name) => byName.get(name.toLowerCase()) ?? []);
    const cast = story.length > 0 ? story : [...byId.values()].slice(0, STORY_PEOPLE.length);
    this.#listing = { readAt: performance.now(), byId, byName, cast };
    return this.#listing;
  }

  #mri(objectId: string): string {
    let mri = this.#mris.get(objectId);
    if (mri === undefined) {
      mri = personMri(this.#tenantId, objectId);
      this.#mris.set(objectId, mri);
    }
    return mri;
  }
}
