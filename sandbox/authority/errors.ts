/**
 * The authority's refusals: the same codes, statuses and wording as Entra's token endpoint.
 * Sources: graph/FACTS.md §18 for 7000215, 700038, 700016, 500011 and 70003; answers of the real service that people have put on
 * record (test/sandbox/authority/recorded.test.ts names the place of each) for the wording of 50013, 50027, 54005, 500112, 500131,
 * 500133, 501481, 70011, 700016, 700021, 700024, 700027, 700082, 7000216, 7000218, 90002, 90014, 900023, 900144, 1002012, 5002723,
 * 5002738 and 9002313; the rest are practitioners' knowledge of Microsoft's published AADSTS list. A wrong client is a 401.
 */
import { HttpError } from '../http.js';

interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly text: string;
  /** What a client does about it, for MSAL: consent_required asks the person. */
  readonly suberror?: string;
  /** Answered without error_uri: Microsoft has no page about it. */
  readonly hasNoPage?: true;
}

/** Where the service sends people whose assertion is wrong, as it did in 2025; the space before the full stop is its own. */
const aboutAssertions =
  ' Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .';
/** … and to look up the keys of an application. */
const aboutKeys =
  "Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{keysOf}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/{keysOf}'";

/** `{name}` is filled in by the caller. */
const REFUSALS = {
  50011: {
    status: 400,
    error: 'invalid_request',
    text: "The redirect URI '{redirectUri}' specified in the request does not match the redirect URIs configured for the application '{clientId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
  },
  50013: {
    status: 400,
    error: 'invalid_grant',
    text: `Assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}', ${aboutKeys}].`,
  },
  50027: { status: 400, error: 'invalid_request', text: 'JWT token is invalid or malformed.' },
  50058: {
    status: 400,
    error: 'login_required',
    text: 'A silent sign-in request was sent but no user is signed in.',
  },
  50059: {
    status: 400,
    error: 'invalid_request',
    text: 'No tenant-identifying information found in either the request or implied by any provided credentials.',
  },
  54005: {
    status: 400,
    error: 'invalid_grant',
    text: 'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  },
  65001: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'consent_required',
    text: "The user or administrator has not consented to use the application with ID '{clientId}' named '{name}'. Send an interactive authorization request for this user and resource.",
  },
  65004: { status: 400, error: 'access_denied', text: 'User declined to consent to access the app.' },
  70000: {
    status: 400,
    error: 'invalid_grant',
    text: 'Provided grant is invalid or malformed.',
  },
  70003: {
    status: 400,
    error: 'unsupported_grant_type',
    text: "The app requested an unsupported grant type '{grantType}'.",
  },
  70008: {
    status: 400,
    error: 'invalid_grant',
    text: 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  },
  70011: {
    status: 400,
    error: 'invalid_scope',
    hasNoPage: true,
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
  },
  90002: {
    status: 400,
    error: 'invalid_tenant',
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  90014: {
    status: 400,
    error: 'invalid_request',
    text: "The required field '{field}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
  },
  500011: {
    status: 400,
    error: 'invalid_resource',
    text: 'The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.',
  },
  500112: {
    status: 401,
    error: 'invalid_client',
    hasNoPage: true,
    text: "The reply address '{redirectUri}' does not match the reply address '{asked}' provided when requesting Authorization code.",
  },
  500131: {
    status: 400,
    error: 'invalid_grant',
    text: "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '{audience}' and the expected audience is '{clientId}' or one of the Application Uris of this application with App ID '{clientId}'({name}). The downstream client must request a token for the expected audience (the application that made the OBO request) and this application should use that token as the assertion.",
  },
  500133: {
    status: 400,
    error: 'invalid_grant',
    text: 'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: {now}, expiry time of assertion {to}.',
  },
  500341: {
    status: 400,
    error: 'invalid_grant',
    text: 'The user account {person} has been deleted from the {tenant} directory. To sign into this application, the account must be added to the directory.',
  },
  501051: {
    status: 400,
    error: 'invalid_request',
    text: "Response type '{responseType}' is not supported for this application.",
  },
  501481: {
    status: 400,
    error: 'invalid_grant',
    text: 'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  },
  700016: {
    status: 400,
    error: 'unauthorized_client',
    text: "Application with identifier '{clientId}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  700021: {
    status: 401,
    error: 'invalid_client',
    text: `Client assertion application identifier doesn't match 'client_id' parameter.${aboutAssertions}`,
  },
  700023: {
    status: 401,
    error: 'invalid_client',
    text: `Client assertion audience claim does not match Realm issuer.${aboutAssertions}`,
  },
  700024: {
    status: 401,
    error: 'invalid_client',
    text: `Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {to}.${aboutAssertions}`,
  },
  700027: {
    status: 401,
    error: 'invalid_client',
    text: `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}', {found}${aboutKeys}]. Alternatively, SNI may be configured on the app. Please ensure that client assertion is being sent with the x5c claim in the JWT header using MSAL's WithSendX5C() method so that Azure Active Directory can validate the certificate being used.`,
  },
  700038: {
    status: 400,
    error: 'unauthorized_client',
    text: '{clientId} is not a valid application identifier.',
  },
  700082: {
    status: 400,
    error: 'invalid_grant',
    suberror: 'bad_token',
    text: 'The refresh token has expired due to inactivity. The token was issued on {from} and was inactive for 90.00:00:00.',
  },
  900023: {
    status: 400,
    error: 'invalid_request',
    text: "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
  },
  900144: {
    status: 400,
    error: 'invalid_request',
    text: "The request body must contain the following parameter: '{parameter}'.",
  },
  900561: {
    status: 405,
    error: 'invalid_request',
    text: 'The endpoint only accepts {allowed} requests. Received a {method} request.',
  },
  1002012: {
    status: 400,
    error: 'invalid_scope',
    hasNoPage: true,
    text: 'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  },
  5002723: {
    status: 401,
    error: 'invalid_client',
    text: 'Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.',
  },
  5002738: {
    status: 401,
    error: 'invalid_client',
    text: "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: '{supported}'",
  },
  7000114: {
    status: 400,
    error: 'unauthorized_client',
    text: "Application '{clientId}' is not allowed to make application on-behalf-of calls.",
  },
  // Worklytics/psoxy pull request 74, isaacrlevin/presencelight issue 935.
  7000112: {
    status: 400,
    error: 'unauthorized_client',
    text: "Application '{clientId}'({name}) is disabled.",
  },
  7000215: {
    status: 401,
    error: 'invalid_client',
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{clientId}'.",
  },
  7000216: {
    status: 401,
    error: 'invalid_client',
    text: "'client_assertion', 'client_secret' or 'request' is required for the '{grantType}' grant type.",
  },
  7000218: {
    status: 401,
    error: 'invalid_client',
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  // spencerwooo/onedrive-vercel-index issue 1051; a 401 in liprec/vsts-release-aas issue 119.
  7000222: {
    status: 401,
    error: 'invalid_client',
    text: "The provided client secret keys for app '{clientId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
  },
  // Azure/Commercial-Marketplace-SaaS-Accelerator issue 830; the error in Azure/azure-sdk-for-net issue 46762.
  7000229: {
    status: 401,
    error: 'invalid_client',
    text: 'The client application {clientId} is missing service principal in the tenant {tenantId}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119',
  },
  9002313: {
    status: 400,
    error: 'invalid_request',
    text: 'Invalid request. Request is malformed or invalid.',
  },
  9002325: {
    status: 400,
    error: 'invalid_request',
    text: 'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
  },
} as const satisfies Record<number, Refusal>;

export type AadstsCode = keyof typeof REFUSALS;

/** A refusal of the authority; `code` is the number behind AADSTS. @param error  where the number alone does not say it */
export class AuthorityError extends Error {
  readonly status: number;
  readonly error: string;
  readonly suberror: string | undefined;
  readonly hasPage: boolean;

  constructor(
    readonly code: AadstsCode,
    values: Readonly<Record<string, string>> = {},
    error?: string,
  ) {
    const refusal: Refusal = REFUSALS[code];
    super(refusal.text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole));
    this.name = 'AuthorityError';
    this.status = refusal.status;
    this.error = error ?? refusal.error;
    this.suberror = refusal.suberror;
    this.hasPage = refusal.hasNoPage !== true;
  }
}

/** An instant inside a refusal: to the tenth of a microsecond, as .NET writes it. */
export function ticks(instant: Date): string {
  return `${instant.toISOString().slice(0, 23)}0000Z`;
}

/** The JSON body of a refusal, as the token endpoint sends it; its ids are those of the headers. */
export function errorBody(
  cause: AuthorityError,
  { traceId, correlationId }: { readonly traceId: string; readonly correlationId: string },
  base: string,
): Record<string, unknown> {
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    error: cause.error,
    error_description: `AADSTS${cause.code}: ${cause.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [cause.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    ...(cause.hasPage ? { error_uri: `${base}/error?code=${cause.code}` } : {}),
    ...(cause.suberror === undefined ? {} : { suberror: cause.suberror }),
  };
}

/** Anything thrown while answering, as an AuthorityError; an oversized body counts as malformed. */
export function toAuthorityError(cause: unknown): AuthorityError | undefined {
  if (cause instanceof AuthorityError) return cause;
  if (cause instanceof HttpError) return new AuthorityError(9002313);
  return undefined;
}
