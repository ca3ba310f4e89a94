import type { Operation, ExpectedLine, PlanClass } from '../model/plan.js';

/** What the classifier sees of a plan: its lines, and what is known of those whom it touches. */
export interface ClassifiedLines {
  readonly operations: readonly Operation[];
  readonly expected: readonly ExpectedLine[];
  /** Somebody touched holds or held a directory role, or a touched group is role-assignable or used by Conditional Access. */
  readonly touchesPrivileged: boolean;
  readonly exactRemovals: boolean;
  /** Signs in, and its sign-in changes by a property (re-enable, block). */
  readonly changesSignIn: boolean;
}

const MANY_OBJECTS = 10;
const MANY_LINKS = 100;

/** The highest class that any line has (SPEC A1). What no row names is granting; every operation kind has its row here. */
export function classify(lines: ClassifiedLines): PlanClass {
  const { operations, expected } = lines;
  const gives = [...operations, ...expected].flatMap((line) => line.gives);
  if (lines.touchesPrivileged || gives.some((give) => give.granting)) return 'granting';
  const links = operations.filter((op) => op.do === 'link' || op.do === 'unlink').length;
  const objects = new Set(operations.flatMap((op) => ('object' in op ? [op.object.id] : [])));
  if (objects.size > MANY_OBJECTS || links > MANY_LINKS || lines.exactRemovals) return 'bulk';
  const onlyProperties = operations.every((op) => op.do === 'update');
  const small = onlyProperties && objects.size <= 1 && gives.length === 0 && !lines.changesSignIn;
  return small ? 'small' : 'ordinary';
}
