import { expect } from '@jest/globals';
import type { Reply } from './harness.js';

/** One refusal that somebody recorded from the real service. */
export interface Refusal {
  readonly what: string;
  readonly act: () => Promise<Reply>;
  readonly status: number;
  readonly code: string;
  readonly message: () => string;
  readonly details?: () => object[];
  /** The repository and thread, or the file, where it stands. */
  readonly source: string;
}

/** Where a test.each over refusals takes its titles from. */
export const REFUSAL_TITLE = '$what ($source)';

export const nobody = '11111111-1111-4111-8111-111111111111';

export const notThere = (key: string): string =>
  `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`;

/** One of the details of an error. */
export const detail = (code: string, message: string, target: string): object => ({ code, message, target });

/** The sandbox refuses with the same words, in a body of the same form. */
export async function refusesSo({ act, status, code, message, details }: Refusal): Promise<void> {
  const { status: answered, body } = await act();
  expect([answered, body.error.code, body.error.message]).toEqual([status, code, message()]);
  if (details) expect(body.error.details).toEqual(details());
  expect(Object.keys(body.error)).toEqual([
    'code',
    'message',
    ...(body.error.details ? ['details'] : []),
    'innerError',
  ]);
  expect(Object.keys(body.error.innerError)).toEqual(['date', 'request-id', 'client-request-id']);
}
