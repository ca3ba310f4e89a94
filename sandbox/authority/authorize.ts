/** GET and POST /{tenant}/oauth2/v2.0/authorize, and logout. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendHtml } from '../http.js';
import { AuthorityError } from './errors.js';
import { errorPage, formPostPage, pickPersonPage, signedOutPage } from './pages.js';
import { scopesOf } from './sign-in.js';
import type { SignInRequest } from './sign-in.js';
import type { TokenEndpoint } from './token-endpoint.js';
import type { Person } from './tokens.js';

const COOKIE = 'sandbox_sign_in';
const FORM_LIMIT = 16 * 1024;
/** Buttons on the page; more are found by login_hint. */
const MOST_PEOPLE = 12;

/**
 * Shows the page, or goes straight back when the session (or `login_hint` with prompt=none) tells who it is.
 * A request that names no valid application or redirect address is answered here, never redirected.
 */
export async function handleAuthorize(
  endpoint: TokenEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  let asked: SignInRequest;
  try {
    asked = endpoint.signIns.parse(url.searchParams);
  } catch (cause) {
    if (!(cause instanceof AuthorityError)) throw cause;
    return sendHtml(response, cause.status, errorPage(`AADSTS${cause.code}: ${cause.message}`));
  }
  if (request.method === 'POST') {
    const form = new URLSearchParams((await readBody(request, FORM_LIMIT)).toString('utf8'));
    return choose(endpoint, response, asked, form.get('person') ?? '');
  }
  const session = usableSession(endpoint, request, asked);
  if (session !== undefined) {
    const code = endpoint.signIns.issueCode(asked, session.person, session.authTime);
    return sendBack(response, asked, { code });
  }
  if (asked.prompt === 'none') return sendBack(response, asked, refusal(new AuthorityError(50058)));
  const scopes = scopesOf(endpoint.directory, asked.app, asked.scope);
  const people = candidates(endpoint, asked);
  sendHtml(response, 200, pickPersonPage(asked, people, scopes.names, `${url.pathname}${url.search}`));
}

export function handleLogout(
  endpoint: TokenEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void {
  endpoint.signIns.closeSession(cookieOf(request));
  const cleared = { 'set-cookie': `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax` };
  const back = url.searchParams.get('post_logout_redirect_uri') ?? '';
  const isLoopback = URL.canParse(back) && ['localhost', '127.0.0.1'].includes(new URL(back).hostname);
  if (!isLoopback) return sendHtml(response, 200, signedOutPage(), cleared);
  response.writeHead(302, { ...cleared, location: back });
  response.end();
}

function choose(
  endpoint: TokenEndpoint,
  response: ServerResponse,
  asked: SignInRequest,
  objectId: string,
): void {
  if (objectId === '') return sendBack(response, asked, refusal(new AuthorityError(65004)));
  const person = endpoint.directory.people().find((one) => one.objectId === objectId);
  if (person === undefined) {
    return sendHtml(response, 400, errorPage('This account is not in the tenant any more.'));
  }
  const { id, authTime } = endpoint.signIns.openSession(person);
  response.setHeader('set-cookie', `${COOKIE}=${id}; Path=/; HttpOnly; Secure; SameSite=Lax`);
  sendBack(response, asked, { code: endpoint.signIns.issueCode(asked, person, authTime) });
}

function usableSession(
  endpoint: TokenEndpoint,
  request: IncomingMessage,
  asked: SignInRequest,
): { person: Person; authTime: number } | undefined {
  if (asked.prompt !== undefined && asked.prompt !== 'none') return undefined;
  const session = endpoint.signIns.session(cookieOf(request));
  if (session === undefined) return undefined;
  const age = Date.now() / 1000 - session.authTime;
  if (asked.maxAge !== undefined && age > asked.maxAge) return undefined;
  const hint = asked.loginHint?.toLowerCase();
  const isHinted = hint === undefined || session.person.userPrincipalName.toLowerCase() === hint;
  const stillThere = endpoint.directory.people().some((one) => one.objectId === session.person.objectId);
  return isHinted && stillThere ? session : undefined;
}

function candidates(endpoint: TokenEndpoint, asked: SignInRequest): readonly Person[] {
  const people = endpoint.directory.people();
  const hint = asked.loginHint?.toLowerCase();
  const hinted = people.filter((one) => one.userPrincipalName.toLowerCase() === hint);
  return hinted.length > 0 ? hinted : people.slice(0, MOST_PEOPLE);
}

function refusal(cause: AuthorityError): Record<string, string> {
  return { error: cause.error, error_description: `AADSTS${cause.code}: ${cause.message}` };
}

function sendBack(response: ServerResponse, asked: SignInRequest, fields: Record<string, string>): void {
  const all = { ...fields, ...(asked.state === undefined ? {} : { state: asked.state }) };
  if (asked.responseMode === 'form_post') {
    return sendHtml(response, 200, formPostPage(asked.redirectUri, all));
  }
  const target = new URL(asked.redirectUri);
  if (asked.responseMode === 'fragment') target.hash = new URLSearchParams(all).toString();
  else for (const [name, value] of Object.entries(all)) target.searchParams.set(name, value);
  response.writeHead(302, { location: target.href, 'cache-control': 'no-store' });
  response.end();
}

function cookieOf(request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}
