import { z } from 'zod';
import { RewindError } from '../model/errors.js';

/** What came back for one request, on the wire or inside a $batch. */
export interface GraphAnswer {
  readonly status: number;
  /** Parsed JSON; undefined for no body. */
  readonly body: unknown;
  /** Graph's `request-id`, '' if the answer has none. */
  readonly requestId: string;
  readonly retryAfterInMs?: number;
}

/** An error body of Graph, reduced to what decisions need. `message` stays for matching and the log; people get `reasonOf`. */
export interface GraphFailure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly code: string; readonly target?: string; readonly message: string }[];
  readonly requestId: string;
}

const text = z.string().catch('');
const errorBody = z.object({
  error: z.object({
    code: text,
    message: text,
    details: z
      .array(z.object({ code: text, target: z.string().optional().catch(undefined), message: text }))
      .catch([]),
    innerError: z.object({ code: text, 'request-id': text }).partial().catch({}),
  }),
});

export const isOk = ({ status }: GraphAnswer): boolean => status >= 200 && status < 300;

export function failureOf(answer: GraphAnswer): GraphFailure {
  const { status, requestId } = answer;
  const parsed = errorBody.safeParse(answer.body);
  if (!parsed.success) return { status, code: '', message: '', details: [], requestId };
  const { code, message, details, innerError } = parsed.data.error;
  return { status, code, message, details, requestId: requestId || (innerError['request-id'] ?? '') };
}

/** Graph's sentence, fit for a card: one line, no control characters, at most 200 characters. */
export function reasonOf(failure: GraphFailure): string {
  const words = failure.details.find(({ message }) => message)?.message || failure.message;
  const line = words
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') return failure.code || `status ${failure.status}`;
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** What a call was about, for the texts of its error. */
export interface Purpose {
  /** "read users", "change the members of a group" */
  readonly what: string;
  /** Least application permission that allows it. */
  readonly permission: string;
}

const DEAD_TOKEN =
  /^(syncStateNotFound|syncStateInvalid|resyncRequired|Directory_ExpiredPageToken|Directory_ResyncRequired)$/i;

/** Whether the answer says that a delta or skip token is no longer accepted (FACTS §11). */
export function isDeadToken(failure: GraphFailure): boolean {
  return (
    failure.status === 410 ||
    DEAD_TOKEN.test(failure.code) ||
    failure.details.some(({ code }) => DEAD_TOKEN.test(code)) ||
    (failure.status >= 400 &&
      failure.status < 500 &&
      /sync ?state|resync required|delta ?token/i.test(failure.message))
  );
}

/** @returns the error of the catalogue for an answer that is not 2xx */
export function errorOf(answer: GraphAnswer, { what, permission }: Purpose): RewindError {
  const failure = failureOf(answer);
  const reason = reasonOf(failure);
  const details = {
    what,
    permission,
    reason,
    status: failure.status,
    graphCode: failure.code,
    graphRequestId: failure.requestId,
  };
  const message = `Graph ${failure.status} ${failure.code} (${what}): ${reason}`;
  switch (failure.status) {
    case 401:
      return new RewindError('GRAPH_AUTH', details, { message });
    case 403:
      return /quota|limit/i.test(failure.code)
        ? new RewindError('GRAPH_BAD_REQUEST', details, { message })
        : new RewindError('GRAPH_DENIED', details, { message });
    case 404:
      return new RewindError('GRAPH_NOT_FOUND', details, { message });
    case 409:
      return new RewindError('GRAPH_CONFLICT', details, { message });
    case 429:
      return new RewindError('GRAPH_THROTTLED', details, { message });
    default:
      if (failure.status >= 500) return new RewindError('GRAPH_UNREACHABLE', details, { message });
      return new RewindError('GRAPH_BAD_REQUEST', details, { message });
  }
}

/** @throws the error of the catalogue if the answer is not 2xx */
export function mustBeOk(answer: GraphAnswer, purpose: Purpose): GraphAnswer {
  if (isOk(answer)) return answer;
  throw errorOf(answer, purpose);
}

/** @throws GRAPH_ANSWER_INVALID when the body has another shape than Graph documents */
export function parsed<T>(schema: z.ZodType<T>, answer: GraphAnswer, { what }: Purpose): T {
  const result = schema.safeParse(answer.body);
  if (result.success) return result.data;
  const where = result.error.issues[0];
  throw new RewindError(
    'GRAPH_ANSWER_INVALID',
    { what, graphRequestId: answer.requestId },
    {
      message: `Answer of Graph (${what}) at ${where?.path.join('.') || 'its top'}: ${where?.message ?? ''}`,
    },
  );
}
