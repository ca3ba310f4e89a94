/** The published shape of Teams' cards, where the contract data is at hand. Read in place, never copied. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import type { Card } from './model.js';

/** @returns one text per difference from the schema */
export type CardSchema = (card: Card) => string[];

const MAX_SHOWN = 5;
/** The file is known to be a schema and cards are few: a quarter of the time to compile, slower to check. */
const FAST_TO_COMPILE = {
  discriminator: true,
  inlineRefs: false,
  validateSchema: false,
  code: { optimize: false },
} as const;

/**
 * @param contractDir  folder of the contract data (CONTRACT_DIR)
 * @returns null when the data is not there; cards are then judged by card-rules.ts alone
 */
export function loadCardSchema(contractDir: string): CardSchema | null {
  const file = join(contractDir, 'teams', 'schemas', 'adaptive-card-teams.schema.json');
  if (!existsSync(file)) return null;
  // Compiled at the first card: some 0.3 s that a sandbox without cards need not pay.
  let validate: ReturnType<Ajv['compile']> | undefined;
  return (card) => {
    validate ??= new Ajv(FAST_TO_COMPILE).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    if (validate(card)) return [];
    return deepest(validate.errors ?? []).map(
      (error) =>
        `${error.instancePath || '/'} ${error.message ?? 'is wrong'} ${JSON.stringify(error.params)}`,
    );
  };
}

/** Nested anyOf repeats a mistake at every level; the longest paths name the real one. */
function deepest(errors: readonly ErrorObject[]): ErrorObject[] {
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length;
  return [...errors].sort((a, b) => depth(b) - depth(a)).slice(0, MAX_SHOWN);
}
