import type { ObservedObject, Properties } from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';
import type { Operation } from '../model/plan.js';
import { readingEnd, type ApplyContext } from './apply-context.js';
import { sameValue } from './compare.js';
import { LiveView } from './live-view.js';
import { idOfRef } from './targets.js';

/** What a look at the directory says of one operation. 'cannotTell': repeating it is harmless. */
export type Recognised = { readonly done: boolean; readonly newId?: ObjectId } | 'cannotTell';

/** Reads back whether an operation has taken effect (one look; the caller decides how often, since replication lags). */
export async function recognise(context: ApplyContext, operation: Operation): Promise<Recognised> {
  const { directory, journal, plan } = context;
  const view = new LiveView(directory.reader);
  switch (operation.do) {
    case 'undelete':
      return { done: (await view.object(operation.object.type, operation.object.id)) !== null };
    case 'create': {
      const found = await findCreated(context, operation.object.type, operation.properties);
      return found ? { done: true, newId: found.id } : { done: false };
    }
    case 'update': {
      const live = await view.object(operation.object.type, idOfRef(journal, operation.ref));
      const rules = context.catalog.type(operation.object.type).properties;
      const holds = operation.changes.every(({ property, after }) => {
        const now = live?.properties[property];
        return now !== undefined && sameValue(rules[property]!, after, now);
      });
      return { done: holds };
    }
    case 'link':
    case 'unlink': {
      const [source, target] = [idOfRef(journal, operation.source), idOfRef(journal, operation.target)];
      const there = await view.hasLink(operation.kind, source, target, readingEnd(plan, operation));
      return { done: there === (operation.do === 'link') };
    }
    case 'delete':
      return { done: (await view.object(operation.object.type, operation.object.id)) === null };
    case 'revokeSessions':
    case 'issueCredential':
      return 'cannotTell';
  }
}

/**
 * The object that a create made although its answer was lost, by its natural key (DESIGN §5). The plan was made while nobody had that
 * key, so whoever has it now is ours; for keys that need not be unique the name must match too.
 */
async function findCreated(
  { directory, catalog }: ApplyContext,
  type: string,
  properties: Properties,
): Promise<ObservedObject | null> {
  const spec = catalog.type(type);
  for (const property of spec.naturalKeys) {
    const value = properties[property];
    if (typeof value !== 'string' || value === '') continue;
    const found = await directory.reader.findByKey(type, property, value);
    const ours = found.find((each) => spec.nameOf(each.properties) === spec.nameOf(properties));
    if (ours) return ours;
  }
  return null;
}
