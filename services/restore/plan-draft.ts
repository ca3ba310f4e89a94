import type {
  ExpectedLine,
  Finding,
  LeftOutLine,
  Operation,
  PlanLineKey,
  PlannedSubject,
  Skip,
} from '../model/plan.js';

type WithoutIds<T> = T extends unknown ? Omit<T, 'id' | 'dependsOn'> : never;

/** An operation before it has a number: what it depends on is named by line key, since numbers follow the final order. */
export type DraftOperation = WithoutIds<Operation> & { readonly after?: readonly PlanLineKey[] };

/** Phases in apply order; within a phase, the order of the drafts (DESIGN §5: both ends exist before a link is made). */
const PHASES = ['objects', 'block', 'properties', 'links', 'removals', 'deletions'] as const;
export type Phase = (typeof PHASES)[number];

/** Collects what a plan is made of. Lines of the same key are kept once (two subjects may name the same link). */
export class PlanDraft {
  readonly expected: ExpectedLine[] = [];
  readonly skips: Skip[] = [];
  readonly findings: Finding[] = [];
  readonly leftOut: LeftOutLine[] = [];
  readonly subjects: PlannedSubject[] = [];
  /** Set where a line touches what carries rights although it gives none (a removal from a role-assignable group). */
  touchesPrivileged = false;
  private readonly drafts = new Map<Phase, DraftOperation[]>();
  private readonly keys = new Set<PlanLineKey>();

  add(phase: Phase, operation: DraftOperation): void {
    if (!this.claim(`${operation.do}/${operation.key}`)) return;
    this.drafts.set(phase, [...(this.drafts.get(phase) ?? []), operation]);
  }

  expect(line: ExpectedLine): void {
    if (this.claim(`expect/${line.key}`)) this.expected.push(line);
  }

  skip(skip: Skip): void {
    if (this.claim(`skip/${skip.key}`)) this.skips.push(skip);
  }

  leaveOut(line: LeftOutLine): void {
    if (this.claim(`leaveOut/${line.key}`)) this.leftOut.push(line);
  }

  find(finding: Finding): void {
    if (this.claim(`find/${finding.code}/${finding.summary}`)) this.findings.push(finding);
  }

  /** Numbers the operations in apply order and turns `after` (and references to created objects) into ids. */
  operations(): Operation[] {
    const ordered = PHASES.flatMap((phase) => this.drafts.get(phase) ?? []);
    const makers = new Map<PlanLineKey, string>();
    ordered.forEach((draft, index) => {
      if (draft.do === 'create' || draft.do === 'undelete') makers.set(draft.key, `op${index + 1}`);
    });
    return ordered.map((draft, index) => {
      const { after = [], ...rest } = draft;
      const dependsOn = after.flatMap((key) => makers.get(key) ?? []);
      return resolveRefs({ ...rest, id: `op${index + 1}`, dependsOn } as Operation, makers);
    });
  }

  private claim(key: string): boolean {
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    return true;
  }
}

/** Drafts name a created object by the line key of its create; the plan names the operation. */
function resolveRefs(operation: Operation, makers: ReadonlyMap<PlanLineKey, string>): Operation {
  if ('source' in operation)
    return {
      ...operation,
      source: resolve(operation.source, makers),
      target: resolve(operation.target, makers),
    };
  return 'ref' in operation ? { ...operation, ref: resolve(operation.ref, makers) } : operation;
}

type Ref = Extract<Operation, { do: 'update' }>['ref'];
const resolve = (ref: Ref, makers: ReadonlyMap<PlanLineKey, string>): Ref =>
  'createdBy' in ref ? { ...ref, createdBy: makers.get(ref.createdBy) ?? ref.createdBy } : ref;
