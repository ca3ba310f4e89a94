import type { Catalog, LinkSpec } from '../catalog/spec.js';
import type { WriteOutcome, WriteTag } from '../model/directory.js';
import { isRewindError } from '../model/errors.js';
import type { ObjectId } from '../model/ids.js';
import { failureOf, isOk, type GraphAnswer } from './answer.js';
import { BATCH_SIZE, sendBatch, slices } from './batch.js';
import type { GraphClient } from './client.js';
import { segment } from './names.js';
import { isAlreadyLinked, isAlreadyUnlinked, outcomeOf, outcomeOfWrite, refusal, write } from './outcome.js';
import { AnswerLost, NotSent } from './pipeline.js';
import { changingLinks } from './purpose.js';
import { linksOfOne } from './read-links.js';

/** Links of one kind, written from one source under one mark. */
export interface LinkWriting {
  readonly client: GraphClient;
  readonly catalog: Catalog;
  readonly link: LinkSpec;
  readonly source: ObjectId;
  readonly tag: WriteTag;
}

const sourcePath = ({ catalog, link, source }: LinkWriting): string =>
  `${catalog.type(link.sourceType).graph.collection}/${segment(source)}`;

const linksPath = (writing: LinkWriting): string => `${sourcePath(writing)}/${writing.link.segment}`;

const reference = ({ client }: LinkWriting, target: ObjectId): string =>
  client.urlOf(`/directoryObjects/${segment(target)}`);

/** Body of a `/$ref` call. */
const refTo = (writing: LinkWriting, target: ObjectId) => ({ '@odata.id': reference(writing, target) });

/** Adds links; outcome per target, in order. */
export async function addLinks(
  writing: LinkWriting,
  targets: readonly ObjectId[],
): Promise<readonly WriteOutcome[]> {
  if (writing.link.single) return setSingle(writing, targets);
  const outcomes: WriteOutcome[] = [];
  for (const part of slices(targets, Math.max(1, writing.link.targetsPerWrite)))
    outcomes.push(...(await addSome(writing, part)));
  return outcomes;
}

/** PUT replaces whoever stood there. */
async function setSingle(
  writing: LinkWriting,
  targets: readonly ObjectId[],
): Promise<readonly WriteOutcome[]> {
  const path = `${linksPath(writing)}/$ref`;
  const outcomes: WriteOutcome[] = [];
  for (const target of targets) {
    const body = refTo(writing, target);
    outcomes.push(await outcomeOfWrite(writing.client, { method: 'PUT', path, body }, writing.tag));
  }
  return outcomes;
}

/**
 * Several at once by PATCH bind, which is all or nothing: one target that is there already, or not there at all, fails the lot (FACTS
 * §2). Then each goes by itself, and its own answer says which it was.
 */
async function addSome(writing: LinkWriting, targets: readonly ObjectId[]): Promise<readonly WriteOutcome[]> {
  const { client, link, tag } = writing;
  if (targets.length === 1 || link.targetsPerWrite === 1) return addOneByOne(writing, targets);
  const body = { [`${link.segment}@odata.bind`]: targets.map((target) => reference(writing, target)) };
  const result = await write(client, { method: 'PATCH', path: sourcePath(writing), body }, tag);
  if ('lost' in result) return targets.map(() => result.lost);
  if (isOk(result.answer)) return targets.map(() => outcomeOf(result.answer));
  if (result.answer.status === 400 || result.answer.status === 404) return addOneByOne(writing, targets);
  return targets.map(() => refusal(failureOf(result.answer)));
}

/** Single $ref adds, in one $batch where there are several. */
async function addOneByOne(
  writing: LinkWriting,
  targets: readonly ObjectId[],
): Promise<readonly WriteOutcome[]> {
  const path = `${linksPath(writing)}/$ref`;
  const callOf = (target: ObjectId) => ({ method: 'POST' as const, path, body: refTo(writing, target) });
  const [only] = targets;
  if (targets.length === 1 && only !== undefined)
    return [await outcomeOfWrite(writing.client, callOf(only), writing.tag, isAlreadyLinked)];
  const outcomes: WriteOutcome[] = [];
  for (const part of slices(targets, BATCH_SIZE))
    outcomes.push(...(await batchOutcomes(writing, part.map(callOf))));
  return outcomes;
}

async function batchOutcomes(
  { client, link, tag }: LinkWriting,
  calls: readonly { readonly method: 'POST'; readonly path: string; readonly body: unknown }[],
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
export async function removeLink(writing: LinkWriting, target: ObjectId): Promise<WriteOutcome> {
  const { client, link, tag } = writing;
  const at = linksPath(writing);
  if (link.single && !(await pointsAt(writing, target))) return { outcome: 'already', requestId: '' };
  const path = link.single ? `${at}/$ref` : `${at}/${segment(target)}/$ref`;
  return outcomeOfWrite(client, { method: 'DELETE', path }, tag, isAlreadyUnlinked);
}

async function pointsAt({ client, catalog, link, source }: LinkWriting, target: ObjectId): Promise<boolean> {
  try {
    for await (const links of linksOfOne(client, catalog, link, source))
      if (links.some((one) => one.target === target)) return true;
  } catch (error) {
    if (isRewindError(error, 'GRAPH_NOT_FOUND')) return false;
    throw error;
  }
  return false;
}
