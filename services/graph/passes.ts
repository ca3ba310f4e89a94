import { z } from 'zod';
import type { WriteOutcome, WriteTag } from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';
import { failureOf, isOk, reasonOf, type Purpose } from './answer.js';
import type { GraphClient } from './client.js';
import { segment } from './names.js';
import { outcomeOf, write, type Written } from './outcome.js';
import { allOf } from './pages.js';

const PASSES: Purpose = {
  what: 'issue a Temporary Access Pass',
  permission: 'UserAuthMethod-TAP.ReadWrite.All',
};
const madePass = z.looseObject({ temporaryAccessPass: z.string().min(1) });
const listedPass = z.looseObject({ id: z.string() });

/**
 * Makes a pass. A user has one at most: an earlier one, whose value nobody can read any more, is removed for it.
 * The value stands in this answer only; it is not logged and the caller seals it at once.
 */
export async function createPass(
  client: GraphClient,
  user: ObjectId,
  { lifetimeInMinutes, once }: { readonly lifetimeInMinutes: number; readonly once: boolean },
  tag: WriteTag,
): Promise<WriteOutcome & { readonly pass?: string }> {
  const path = `/users/${segment(user)}/authentication/temporaryAccessPassMethods`;
  const make = (): Promise<Written> =>
    write(client, { method: 'POST', path, body: { lifetimeInMinutes, isUsableOnce: once } }, tag);
  let result = await make();
  if ('answer' in result && hasOneAlready(result) && (await removePasses(client, path, tag)))
    result = await make();
  if ('lost' in result) return result.lost;
  const outcome = outcomeOf(result.answer);
  if (outcome.outcome !== 'done') return outcome;
  const made = madePass.safeParse(result.answer.body);
  if (made.success) return { ...outcome, pass: made.data.temporaryAccessPass };
  return { outcome: 'unknown', requestId: outcome.requestId, reason: 'the answer holds no pass' };
}

function hasOneAlready({ answer }: Extract<Written, { answer: unknown }>): boolean {
  if (isOk(answer) || (answer.status !== 400 && answer.status !== 409)) return false;
  return /exist|already|only one/i.test(`${failureOf(answer).code} ${reasonOf(failureOf(answer))}`);
}

/** @returns whether anything was removed */
async function removePasses(client: GraphClient, path: string, tag: WriteTag): Promise<boolean> {
  const passes = await allOf(client, listedPass, { method: 'GET', path }, PASSES);
  let removed = false;
  for (const { id } of passes) {
    const result = await write(client, { method: 'DELETE', path: `${path}/${segment(id)}` }, tag);
    removed ||= 'answer' in result && isOk(result.answer);
  }
  return removed;
}
