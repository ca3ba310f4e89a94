import { z } from 'zod';
import { VERBS, type VerbName } from '../../cards/verbs.js';
import { RewindError } from '../../services/model/errors.js';

/** What a click may carry. Data and inputs arrive merged in one object (Teams does that); everything is client input. */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const guid = z.guid();
const rev = z.number().int().positive().optional();
const page = z.number().int().min(0).max(100_000);
const text = (most: number) => z.string().max(most).optional();
const tick = z.enum(['true', 'false']);
const number = z.string().trim().max(8).optional();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const sentence = z.string().min(1).max(2000);
const type = z.enum(['user', 'group']);
const request = { id, rev };

/** Toggles come as `aspect:memberships` or `line:…`: their names are ours, their number is bounded. */
const ticks = (prefix: string) => (fields: Record<string, unknown>) =>
  Object.entries(fields).every(
    ([key, value]) => !key.startsWith(prefix) || (key.length <= 400 && tick.safeParse(value).success),
  ) && Object.keys(fields).length <= 400;

const options = {
  withObject: tick.optional(),
  mode: z.enum(['add', 'exact']).optional(),
  blockSignIn: tick.optional(),
  reason: text(1000),
  newUpn: text(256),
};

const open = <T extends z.ZodRawShape>(shape: T) =>
  z.looseObject(shape).refine(ticks('aspect:')).refine(ticks('line:'));

const SCHEMAS = {
  choose: z.object({ text: sentence, choice: guid }),
  'command.run': z.object({ text: sentence }),
  dismiss: z.object({}),
  'restore.points': open({ ...request, ...options, page: page.optional() }),
  'restore.usePoint': z.object({ ...request, seq: z.coerce.number().int().positive() }),
  'restore.comesBack': open({ ...request, ...options, page: page.optional() }),
  'restore.options': open({ ...request, ...options }),
  'restore.preview': open({ ...request, ...options, page: page.optional() }),
  'restore.ask': open({ ...request, ...options, hash }),
  'restore.json': z.object(request),
  'restore.cancel': z.object(request),
  'approval.approve': z.object({ ...request, hash, number }),
  'approval.deny': z.object({ ...request, comment: text(1000) }),
  'approval.reassign': z.object({ ...request, person: guid }),
  'approval.lines': z.object({ ...request, page }),
  'request.withdraw': z.object(request),
  'request.stop': z.object(request),
  'request.askAgain': z.object({ ...request, hash }),
  'request.undo': z.object(request),
  'request.audit': z.object({ ...request, page: page.optional() }),
  'audit.page': z.object({ page: page.min(1) }),
  'request.refresh': z.object({ ...request, page: page.optional() }),
  'request.open': z.object(request),
  'handoff.offer': z.object({ id }),
  'handoff.assign': z.object({
    id,
    /** '' where nobody is chosen from the list. */
    recipient: z.union([guid, z.literal('')]).optional(),
    recipientUpn: text(256),
    proof: z.enum(['inPerson', 'videoCall', 'callBack', 'managerVouches', 'other']),
    note: text(500),
  }),
  'handoff.confirm': z.object({ id }),
  'handoff.show': z.object({ id }),
  'handoff.close': z.object({ id }),
  'credential.start': z.object({
    user: guid,
    what: z.enum(['resetPassword', 'issuePass', 'revokeSessions']),
  }),
  'show.version': z.object({ type, id: guid, seq: z.number().int().positive(), tab: text(32) }),
  'show.tab': z.object({
    type,
    id: guid,
    seq: z.number().int().positive().optional(),
    tab: z.string().max(32),
    page: page.optional(),
    find: text(100),
  }),
  'find.page': z.object({ text: z.string().max(256), type: type.optional(), page }),
  'changed.page': z.object({
    from: z.number().int().min(0),
    to: z.union([z.number().int().min(0), z.literal('now')]),
    page,
    type: text(64),
  }),
  'compare.page': z.object({
    type,
    id: guid,
    from: z.number().int().positive(),
    to: z.union([z.number().int().positive(), z.literal('now')]),
    all: z.boolean(),
    page,
  }),
  'requests.page': z.object({ page, all: z.boolean() }),
} as const satisfies Record<VerbName, z.ZodType>;

export type ActionInput<V extends VerbName> = z.output<(typeof SCHEMAS)[V]>;

/**
 * @returns verb and input in their named shapes
 * @throws CARD_INVALID for an unknown verb or any field that is not as it should be; what came is not repeated
 */
export function parseAction(
  verb: unknown,
  fields: unknown,
): { [V in VerbName]: { readonly verb: V; readonly input: ActionInput<V> } }[VerbName] {
  const known = VERBS.find((name) => name === verb);
  if (!known) throw new RewindError('CARD_INVALID');
  const parsed = SCHEMAS[known].safeParse(fields);
  if (!parsed.success) throw new RewindError('CARD_INVALID', {}, { cause: parsed.error });
  return { verb: known, input: parsed.data } as never;
}

/** Names with their ticks: `ticked(input, 'line:')` → Map('property:department' → true). */
export function ticked(
  input: Readonly<Record<string, unknown>>,
  prefix: 'aspect:' | 'line:',
): ReadonlyMap<string, boolean> {
  return new Map(
    Object.entries(input)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value === 'true']),
  );
}
