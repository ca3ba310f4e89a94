import { RewindError } from '../model/errors.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { Operation } from '../model/plan.js';
import type { JournalEntry } from '../model/restore.js';
import { readingEnd, type ApplyContext } from './apply-context.js';
import { LiveView } from './live-view.js';
import { lookRepeatedly, perform, type Settled } from './perform.js';
import { idOfOperation, idOfRef } from './targets.js';

type LinkOperation = Extract<Operation, { do: 'link' | 'unlink' }>;

/**
 * Sends what the journal has not settled, in plan order. Each operation is journaled `sending` with its before-value, sent, and settled;
 * links of one source go together where the kind allows. Safe to call again after a crash at any point.
 * @returns whether somebody stopped it
 */
export async function applyPlan(context: ApplyContext): Promise<{ readonly stopped: boolean }> {
  const { plan, journal } = context;
  for (const step of stepsOf(context)) {
    const open = step.filter(({ id }) => journal.entry(id).state !== 'settled');
    if (open.length === 0) continue;
    if (await context.stopAsked()) {
      await leaveOpen(context, plan.operations);
      return { stopped: true };
    }
    if (open.length > 1 && open.every(isFreshLink(context)))
      await applyLinks(context, open as LinkOperation[]);
    else for (const operation of open) await applyOne(context, operation);
    await context.progressed(journal.all().filter(({ state }) => state === 'settled').length);
  }
  return { stopped: false };
}

/** Runs of links of one kind and source, as many as one call may carry; everything else one by one. */
function stepsOf({ plan, catalog }: ApplyContext): Operation[][] {
  const steps: Operation[][] = [];
  for (const operation of plan.operations) {
    const step = steps.at(-1);
    const before = step?.[0];
    const together =
      before?.do === 'link' &&
      operation.do === 'link' &&
      before.kind === operation.kind &&
      JSON.stringify(before.source) === JSON.stringify(operation.source) &&
      step!.length < catalog.link(operation.kind).targetsPerWrite;
    if (together) step!.push(operation);
    else steps.push([operation]);
  }
  return steps;
}

const isFreshLink =
  ({ journal }: ApplyContext) =>
  (operation: Operation): boolean =>
    operation.do === 'link' && !operation.ifMissing && journal.entry(operation.id).state === 'planned';

async function leaveOpen(context: ApplyContext, operations: readonly Operation[]): Promise<void> {
  for (const { id } of operations)
    if (context.journal.entry(id).state === 'planned')
      await context.journal.move(id, {
        state: 'settled',
        outcome: { outcome: 'skipped', reason: 'stopped before this step' },
      });
}

async function applyOne(context: ApplyContext, operation: Operation): Promise<void> {
  const { journal } = context;
  const blocked = blockedBy(context, operation);
  if (blocked) return settle(context, operation, { outcome: { outcome: 'skipped', reason: blocked } });
  const sentBefore = journal.entry(operation.id).state === 'sending';
  if (sentBefore) {
    const seen = await lookRepeatedly(context, operation);
    if (seen) return settle(context, operation, seen);
  } else {
    const before = await readBefore(context, operation);
    if (before === 'alreadyThere') return settle(context, operation, { outcome: { outcome: 'already' } });
    await markSending(context, operation, before);
  }
  await settle(context, operation, await perform(context, operation, sentBefore));
}

/** Several links of one source in one call; what is not plainly done goes on one by one. */
async function applyLinks(context: ApplyContext, operations: readonly LinkOperation[]): Promise<void> {
  const { journal, directory } = context;
  const ready: LinkOperation[] = [];
  for (const operation of operations) {
    const blocked = blockedBy(context, operation);
    if (blocked) await settle(context, operation, { outcome: { outcome: 'skipped', reason: blocked } });
    else ready.push(operation);
  }
  const [first] = ready;
  if (!first) return;
  for (const operation of ready) await markSending(context, operation, null);
  await context.guard();
  const targets = ready.map(({ target }) => idOfRef(journal, target));
  const { clientRequestId } = journal.entry(first.id);
  const answers = await directory.writer.link(first.kind, idOfRef(journal, first.source), targets, {
    clientRequestId,
  });
  for (const [index, operation] of ready.entries()) {
    const answer = answers[index];
    if (answer?.outcome === 'done' || answer?.outcome === 'already')
      await settle(context, operation, {
        outcome: { outcome: answer.outcome },
        graphRequestId: answer.requestId,
      });
    else {
      const seen = answer?.outcome === 'refused' ? null : await lookRepeatedly(context, operation);
      await settle(
        context,
        operation,
        seen ?? (await perform(context, operation, answer?.outcome !== 'refused')),
      );
    }
  }
}

const markSending = (
  { journal, clock }: ApplyContext,
  { id }: Operation,
  before: JsonValue,
): Promise<JournalEntry> => journal.move(id, { state: 'sending', sentAt: clock.now().toISOString(), before });

function blockedBy({ journal, plan }: ApplyContext, operation: Operation): string | null {
  const missing = operation.dependsOn.find((id) => {
    const outcome = journal.outcome(id)?.outcome;
    return outcome !== 'done' && outcome !== 'already';
  });
  if (missing === undefined) return null;
  const needed = plan.operations.find(({ id }) => id === missing);
  return `not tried, since ${needed && 'object' in needed ? needed.object.name : 'what it needs'} did not come back`;
}

/** What undo brings back, read just before sending; 'alreadyThere' = nothing is to be sent. */
async function readBefore(context: ApplyContext, operation: Operation): Promise<JsonValue | 'alreadyThere'> {
  const { directory, journal, catalog, plan } = context;
  const view = new LiveView(directory.reader);
  if (operation.do === 'update') {
    const live = await view.object(operation.object.type, idOfRef(journal, operation.ref));
    const known = operation.changes.flatMap(({ property, before }): [string, JsonValue][] => {
      const value = live?.properties[property] ?? before;
      return value === undefined ? [] : [[property, value]];
    });
    return Object.fromEntries(known) satisfies JsonObject;
  }
  if (operation.do !== 'link') return null;
  const [source, target] = [idOfRef(journal, operation.source), idOfRef(journal, operation.target)];
  if (catalog.link(operation.kind).single) {
    const [head] = await view.others(operation.kind, 'source', source);
    return head === target ? 'alreadyThere' : (head ?? null);
  }
  if (!operation.ifMissing) return null;
  const there = await view.hasLink(operation.kind, source, target, readingEnd(plan, operation));
  return there ? 'alreadyThere' : null;
}

/** Audit first, then the journal: a crash in between leaves a write that is told twice, never one that is not told. */
async function settle(context: ApplyContext, operation: Operation, settled: Settled): Promise<void> {
  const { journal, clock, request } = context;
  await context.stillMine();
  let newId = settled.newId;
  const { outcome } = settled.outcome;
  if (operation.do === 'create' && (outcome === 'done' || outcome === 'already')) {
    newId ??= (await lookRepeatedly(context, operation))?.newId;
    if (!newId) throw new RewindError('GRAPH_ANSWER_INVALID');
    await context.history.recordMapping({
      tenant: request.tenant,
      type: operation.object.type,
      oldId: operation.object.id,
      newId,
      at: clock.now().toISOString(),
      requestId: request.id,
    });
  }
  if (operation.do === 'create' && outcome === 'failed')
    await context.vault.abandon(request.tenant, request.id, operation.id);
  await tell(context, operation, settled, newId);
  await journal.move(operation.id, {
    state: 'settled',
    settledAt: clock.now().toISOString(),
    outcome: settled.outcome,
    ...(settled.graphRequestId ? { graphRequestId: settled.graphRequestId } : {}),
    ...(newId ? { newId } : {}),
  });
}

async function tell(
  { audit, request, journal }: ApplyContext,
  operation: Operation,
  settled: Settled,
  newId: string | undefined,
): Promise<void> {
  const { outcome } = settled;
  const written = outcome.outcome === 'done' || outcome.outcome === 'already';
  await audit.append({
    tenant: request.tenant,
    actor: 'service',
    kind: written ? 'write.done' : outcome.outcome === 'failed' ? 'write.failed' : 'write.skipped',
    requestId: request.id,
    details: {
      operation: operation.id,
      call: operation.do,
      line: operation.key,
      object: newId ?? (written ? idOfOperation(journal, operation) : operation.key),
      clientRequestId: journal.entry(operation.id).clientRequestId,
      graphRequestId: settled.graphRequestId ?? '',
      outcome: outcome.outcome,
      ...('reason' in outcome ? { reason: outcome.reason } : {}),
    },
  });
}
