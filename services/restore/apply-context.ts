import type { Catalog } from '../catalog/spec.js';
import type { AuditLog } from '../model/audit.js';
import type { Clock } from '../model/clock.js';
import type { Directory } from '../model/directory.js';
import type { CredentialVault, OfferInput } from '../model/handoff.js';
import type { HistoryReader } from '../model/history.js';
import type { Log } from '../model/log.js';
import type { Operation, Plan } from '../model/plan.js';
import type { RestoreRequest } from '../model/restore.js';
import type { Journal } from './journal.js';

/** What the parts of one apply run share. */
export interface ApplyContext {
  readonly request: RestoreRequest;
  readonly plan: Plan;
  readonly journal: Journal;
  readonly directory: Directory;
  readonly history: HistoryReader;
  readonly catalog: Catalog;
  readonly vault: CredentialVault;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Right before every write: this process still holds the lease and may go on. @throws LEASE_LOST, the signal's reason */
  readonly guard: () => Promise<void>;
  /** Before an answer is kept: a process that was paused meanwhile has nothing more to say. @throws LEASE_LOST */
  readonly stillMine: () => Promise<void>;
  /** Between steps: whether somebody asked to stop. */
  readonly stopAsked: () => Promise<boolean>;
  /** After each step. */
  readonly progressed: (done: number) => Promise<void>;
}

/** Which end of a link is read back: the one that is a subject of the plan, since lists of a group can be long. */
export function readingEnd(
  plan: Plan,
  operation: Extract<Operation, { do: 'link' | 'unlink' }>,
): 'source' | 'target' {
  const subjects = new Set(plan.subjects.map(({ object }) => object.id));
  const { sourceName, targetName } = operation;
  return subjects.has(sourceName.id) && !subjects.has(targetName.id) ? 'source' : 'target';
}

/** The hand-off that belongs to an operation which makes a user or issues a credential. */
export function offerOf(
  { request, plan }: Pick<ApplyContext, 'request' | 'plan'>,
  operation: Extract<Operation, { do: 'create' | 'issueCredential' }>,
): OfferInput {
  const subject = plan.subjects.find(({ object }) => object.id === operation.object.id);
  const kind = operation.do === 'issueCredential' ? operation.credential : (subject?.handoff ?? 'password');
  return {
    tenant: request.tenant,
    requestId: request.id,
    operationId: operation.id,
    user: operation.object,
    kind,
    requester: request.requester,
    twoPeople: subject?.privileged === true,
    ...(subject?.manager ? { defaultRecipient: subject.manager } : {}),
  };
}
