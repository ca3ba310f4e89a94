import type { JsonValue } from '../state/types.js';

/** An answer that Graph gives instead of a result; texts and codes of FACTS §13. */
export class GraphError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: {
      readonly details?: readonly { code: string; message: string; target: string }[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
  }
}

export const badRequest = (message: string): GraphError => new GraphError(400, 'Request_BadRequest', message);

/** From the layer in front of the directory: malformed JSON, unknown properties, broken queries. */
export const malformed = (message: string): GraphError => new GraphError(400, 'BadRequest', message);

export const unsupportedQuery = (message: string): GraphError =>
  new GraphError(400, 'Request_UnsupportedQuery', message);

/** @param key  as it stood in the path: object id, appId or userPrincipalName */
export const notFound = (key: string): GraphError =>
  new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`,
  );

export const denied = (): GraphError =>
  new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');

export const conflictOn = (target: string): GraphError =>
  new GraphError(
    400,
    'Request_BadRequest',
    `Another object with the same value for property ${target} already exists.`,
    {
      details: [
        {
          code: 'ObjectConflict',
          message: `Another object with the same value for property ${target} already exists.`,
          target,
        },
      ],
    },
  );

export const methodNotAllowed = (): GraphError =>
  new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');

export const unknownSegment = (segment: string): GraphError =>
  malformed(`Resource not found for the segment '${segment}'.`);

/** The error body. `date` has no zone, as recorded (FACTS §18). */
export function errorBody(
  error: GraphError,
  ids: { requestId: string; clientRequestId: string; now: number },
): JsonValue {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.more.details ? { details: error.more.details.map((detail) => ({ ...detail })) } : {}),
      innerError: {
        date: new Date(ids.now).toISOString().slice(0, 19),
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
      },
    },
  };
}
