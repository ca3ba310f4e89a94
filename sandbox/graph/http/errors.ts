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

/** A list of objects of every type (msgraph-sdk-powershell issue 832, microsoft-graph-docs issue 10080). */
export const onlyInstances = (): GraphError =>
  unsupportedQuery(
    'Searches against this resource are not supported. Only specific instances can be queried.',
  );

export const denied = (): GraphError =>
  new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');

/**
 * @param holder  who has the value, as the directory names objects (`User_{id}`): told for addresses and anchors, not for names that
 *   people sign in with (microsoft-graph-docs-contrib issue 8421; ADSyncTools reference)
 */
export function conflictOn(target: string, holder?: string): GraphError {
  const message = `Another object with the same value for property ${target} already exists.`;
  const other = holder === undefined ? [] : [{ code: 'ConflictingObjects', message, target: holder }];
  return new GraphError(400, 'Request_BadRequest', message, {
    details: [{ code: 'ObjectConflict', message, target }, ...other],
  });
}

/** What is wrong, and in `details` where (ms-identity-dotnetcore-b2c-account-management issue 16). */
export const invalidValue = (target: string, message: string): GraphError =>
  new GraphError(400, 'Request_BadRequest', message, {
    details: [{ code: 'InvalidValue', message, target }],
  });

/** A key that cannot be an object id (microsoft-graph-docs-contrib issue 3854, microsoft-teams-apps-incentives issue 53). */
export const invalidObjectId = (key: string): GraphError => badRequest(`Invalid object identifier '${key}'.`);

/** Microsoft365DSC issue 5977. */
export const missingParameters = (operation: string, names: readonly string[]): GraphError =>
  badRequest(
    `One or more parameters of the operation '${operation}' are missing from the request payload. The missing parameters are: ${names.join(', ')}.`,
  );

/** A write to a list of links without /$ref (microsoft-graph-docs-contrib issue 5527). */
export const notContained = (): GraphError =>
  malformed('Write requests are only supported on contained entities');

export const methodNotAllowed = (): GraphError =>
  new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');

export const unknownSegment = (segment: string): GraphError =>
  malformed(`Resource not found for the segment '${segment}'.`);

/** Below /me, where an application is nobody; the text that public issues show (msgraph-sdk-php 1163). */
export const onlyForPeople = (): GraphError =>
  malformed('/me request is only valid with delegated authentication flow.');

/** Two writers at once (FACTS §13): a retry helps. */
export const concurrentWriters = (code = 'Directory_ConcurrencyViolation'): GraphError =>
  new GraphError(
    409,
    code,
    'The request conflicts with another one that changes the same object; try again.',
  );

const failures: Readonly<Record<number, readonly [code: string, message: string]>> = {
  500: ['InternalServerError', 'An internal server error occurred.'],
  502: ['UnknownError', 'The server received an invalid response.'],
  503: ['serviceNotAvailable', 'The service is temporarily unavailable. Please try again later.'],
  504: ['UnknownError', 'The request timed out.'],
};

/**
 * A failure of the service (FACTS §13); whether a write has happened, it does not say.
 * @param retryAfter  seconds; missing or null = no header
 */
export function serviceFailure(status: number, retryAfter: number | null | undefined): GraphError {
  const [code, message] = failures[status] ?? ['UnknownError', ''];
  const headers: Readonly<Record<string, string>> =
    typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {};
  return new GraphError(status, code, message, { headers });
}

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
