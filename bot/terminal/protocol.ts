import { z } from 'zod';

/** What a client keeps to; the service refuses more. */
export const LIMITS = { text: 2000, narrowest: 20, widest: 400 } as const;

/** One JSON object a line, both ways, over the private socket in DATA_DIR. */
export const fromClient = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('say'),
    text: z.string().max(LIMITS.text),
    /** False: nothing is asked; what a prompt would have settled must stand in the sentence or in the flags. */
    interactive: z.boolean(),
    json: z.boolean(),
    yes: z.boolean(),
    reason: z.string().max(1000).optional(),
    /** Wait for a decision and the end of the run. */
    wait: z.boolean(),
    width: z.number().int().min(LIMITS.narrowest).max(LIMITS.widest),
    colour: z.boolean(),
  }),
  z.object({ type: z.literal('answer'), value: z.string().max(LIMITS.text).nullable() }),
  z.object({ type: z.literal('leave') }),
]);
export type FromClient = z.output<typeof fromClient>;

export const fromServer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('print'), text: z.string() }),
  z.object({ type: z.literal('error'), text: z.string() }),
  z.object({ type: z.literal('json'), value: z.unknown() }),
  /** `secret`: the answer is not echoed; `fallback` stands for an empty answer. */
  z.object({ type: z.literal('ask'), prompt: z.string(), secret: z.boolean() }),
  z.object({ type: z.literal('done'), exitCode: z.number().int() }),
]);
export type FromServer = z.output<typeof fromServer>;

/** Exit codes of `rewind`, documented in doc/commands.md. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  incomplete: 3,
  notAllowed: 4,
  waiting: 5,
} as const;
