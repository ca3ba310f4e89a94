import { z } from 'zod';

/**
 * An export of the whole database: gzip, one JSON object a line. First `opening`, then one `[collection, document]` per document
 * (document in MongoDB's canonical extended JSON, so that types survive), last `closing`. A file without a closing line is not whole.
 */
export const FORMAT = 'entra-rewind-export';
export const FORMAT_VERSION = 1;

export const opening = z.object({
  format: z.literal(FORMAT),
  version: z.int().positive(),
  /** ISO UTC. */
  writtenAt: z.string(),
});
export const line = z.tuple([z.string().min(1), z.looseObject({ _id: z.unknown() })]);
export const closing = z.object({
  /** Documents per collection. */
  counts: z.record(z.string(), z.int().nonnegative()),
  /** Over the bytes of all lines before this one, line feeds included. */
  sha256: z.string(),
});

export interface TransferReport {
  /** Documents per collection. */
  readonly counts: Readonly<Record<string, number>>;
  /** One-time credentials that were left out: they are sealed with a key that lies outside, and live half an hour. */
  readonly withheld: number;
}

/** Read in this order; see `exportStore` for why. */
const FIRST = ['snapshots'];
const LAST = ['history_heads'];

export const inOrder = (names: readonly string[]): string[] => [
  ...FIRST.filter((name) => names.includes(name)),
  ...names.filter((name) => !FIRST.includes(name) && !LAST.includes(name)).sort(),
  ...LAST.filter((name) => names.includes(name)),
];
