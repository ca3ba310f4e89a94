import type { Catalog, LinkSpec } from '../catalog/spec.js';
import type { WriteOutcome, WriteTag } from '../model/directory.js';
import { isRewindError } from '../model/errors.js';
import type { ObjectId } from '../model/ids.js';
import { failureOf, isOk, type GraphAnswer } from './answer.js';
import { BATCH_SIZE, sendBatch, slices } from './batch.js';
import type { GraphClient } from './client.js';
import { segment } from './names.js';
import { isAlreadyLinked, isAlreadyUnlinked, outcomeOf, refusal, write } from './outcome.js';
import { AnswerLost, NotSent } from './pipeline.js';
import { changingLinks } from './purpose.js';
import { linksOfOne } from './read-links.js';

const sourcePath = (catalog: Catalog, link: LinkSpec, source: ObjectId): string =>
  `${catalog.type(link.sourceType).graph.collection}/${segment(source)}`;

const reference = (client: GraphClient, target: ObjectId): string =>
  client.urlOf(`/directoryObjects/${segment(target)}`);

/** Adds links; outcome per target, in order. */
export async function addLinks(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  source: ObjectId,
  targets: readonly ObjectId[],
  tag: WriteTag,
): Promise<readonly WriteOutcome[]> {
  if (link.single) return setSingle(client, catalog, link, source, targets, tag);
  const outcomes: WriteOutcome[] = [];
  for (const part of slices(targets, Math.max(1, link.targetsPerWrite)))
    outcomes.push(...(await addSome(client, catalog, link, source, part, tag)));
  return outcomes;
}

/** PUT replaces whoever stood there. */
async function setSingle(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  source: ObjectId,
  targets: readonly ObjectId[],
  tag: WriteTag,
): Promise<readonly WriteOutcome[]> {
  const outcomes: WriteOutcome[] = [];
  for (const target of targets) {
    const result = await write(client, {
      method: 'PUT',
      path: `${sourcePath(catalog, link, source)}/${link.segment}/$ref`,
      body: { '@odata.id': reference(client, target) },
      clientRequestId: tag.clientRequestId,
    });
    outcomes.push('lost' in result ? result.lost : outcomeOf(result.answer));
  }
  return outcomes;
}

/**
 * Several at once by PATCH bind, which is all or nothing: one target that is there already, or not there at all, fails the lot (FACTS
 * §2). Then each goes by itself, and its own answer says which it was.
 */
async function addSome(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  source: ObjectId,
  targets: readonly ObjectId[],
  tag: WriteTag,
): Promise<readonly WriteOutcome[]> {
  if (targets.length === 1 || link.targetsPerWrite === 1)
    return addOneByOne(client, catalog, link, source, targets, tag);
  const result = await write(client, {
    method: 'PATCH',
    path: sourcePath(catalog, link, source),
    body: { [`${link.segment}@odata.bind`]: targets.map((target) => reference(client, target)) },
    clientRequestId: tag.clientRequestId,
  });
  if ('lost' in result) return targets.map(() => result.lost);
  if (isOk(result.answer)) return targets.map(() => outcomeOf(result.answer));
  if (result.answer.status === 400 || result.answer.status === 404)
    return addOneByOne(client, catalog, link, source, targets, tag);
  return targets.map(() => refusal(failureOf(result.answer)));
}

/** Single $ref adds, in one $batch where there are several. */
async function addOneByOne(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  source: ObjectId,
  targets: readonly ObjectId[],
  tag: WriteTag,
): Promise<readonly WriteOutcome[]> {
  const path = `${sourcePath(catalog, link, source)}/${link.segment}/$ref`;
  const bodyOf = (target: ObjectId) => ({ '@odata.id': reference(client, target) });
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) {
    const result = await write(client, {
      method: 'POST',
      path,
      body: bodyOf(only),
      clientRequestId: tag.clientRequestId,
    });
    return ['lost' in result ? result.lost : outcomeOf(result.answer, isAlreadyLinked)];
  }
  const outcomes: WriteOutcome[] = [];
  for (const part of slices(targets, BATCH_SIZE)) {
    const calls = part.map((target) => ({ method: 'POST' as const, path, body: bodyOf(target) }));
    outcomes.push(...(await batchOutcomes(client, calls, link, tag)));
  }
  return outcomes;
}

async function batchOutcomes(
  client: GraphClient,
  calls: readonly { readonly method: 'POST'; readonly path: string; readonly body: unknown }[],
  link: LinkSpec,
  tag: WriteTag,
): Promise<readonly WriteOutcome[]> {
  let answers: readonly GraphAnswer[];
  try {
    answers = await sendBatch(client, calls, {
      kind: 'write',
      purpose: changingLinks(link),
      priority: 'high',
      clientRequestId: tag.clientRequestId,
    });
  } catch (error) {
    // Anything may have happened to any of them
    if (
      error instanceof AnswerLost ||
      error instanceof NotSent ||
      isRewindError(error, 'GRAPH_UNREACHABLE', 'GRAPH_ANSWER_INVALID')
    )
      return calls.map(() => ({
        outcome: 'unknown',
        requestId: tag.clientRequestId,
        reason: 'the answer to a batch was lost',
      }));
    throw error;
  }
  return answers.map((answer) => outcomeOf(answer, isAlreadyLinked));
}

/**
 * Removes one link, always by `/$ref`: without it Graph would delete the member itself (FACTS §2). A single-valued link is removed only
 * while it still points at `target`, since Graph's call names nobody.
 */
export async function removeLink(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  source: ObjectId,
  target: ObjectId,
  tag: WriteTag,
): Promise<WriteOutcome> {
  const at = `${sourcePath(catalog, link, source)}/${link.segment}`;
  if (link.single && !(await pointsAt(client, catalog, link, source, target)))
    return { outcome: 'already', requestId: '' };
  const result = await write(client, {
    method: 'DELETE',
    path: link.single ? `${at}/$ref` : `${at}/${segment(target)}/$ref`,
    clientRequestId: tag.clientRequestId,
  });
  return 'lost' in result ? result.lost : outcomeOf(result.answer, isAlreadyUnlinked);
}

async function pointsAt(
  client: GraphClient,
  catalog: Catalog,
  link: LinkSpec,
  source: ObjectId,
  target: ObjectId,
): Promise<boolean> {
  try {
    for await (const links of linksOfOne(client, catalog, link, source))
      if (links.some((one) => one.target === target)) return true;
  } catch (error) {
    if (isRewindError(error, 'GRAPH_NOT_FOUND')) return false;
    throw error;
  }
  return false;
}
