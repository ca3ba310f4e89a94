import { RewindError } from '../model/errors.js';
import type { ObjectId } from '../model/ids.js';
import type { ObjectRef, Operation } from '../model/plan.js';
import type { Journal } from './journal.js';

/** Which object an operation means now: its own id, or the one that an earlier create answered with. */
export function idOfRef(journal: Journal, ref: ObjectRef): ObjectId {
  if ('id' in ref) return ref.id;
  const created = journal.entry(ref.createdBy).newId;
  if (created) return created;
  throw new RewindError(
    'INTERNAL',
    {},
    { message: `INTERNAL: ${ref.createdBy} has not created anything yet` },
  );
}

/** The object that an operation writes to; for links the source. */
export function idOfOperation(journal: Journal, operation: Operation): ObjectId {
  switch (operation.do) {
    case 'update':
    case 'revokeSessions':
      return idOfRef(journal, operation.ref);
    case 'link':
    case 'unlink':
      return idOfRef(journal, operation.source);
    case 'create':
      return journal.entry(operation.id).newId ?? operation.object.id;
    default:
      return operation.object.id;
  }
}
