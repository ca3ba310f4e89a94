/** The authority's pages: pick a person, be sent back; or read why not. Plain HTML, no script. */
import { escapeHtml } from '../http.js';
import type { SignInRequest } from './sign-in.js';
import type { Person } from './tokens.js';

const STYLE = `
  :root { color-scheme: light dark; --line: #8886; --accent: #0f6cbd; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; min-height: 100vh; place-items: center; }
  main { width: min(26rem, calc(100vw - 3rem)); padding: 1.5rem; border: 1px solid var(--line); border-radius: 8px; }
  h1 { font-size: 1.35rem; margin: 0 0 .25rem; } p { margin: .5rem 0; } small { opacity: .75; }
  button { display: block; width: 100%; text-align: left; font: inherit; padding: .6rem .75rem; margin: .4rem 0;
    border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit; cursor: pointer; }
  button:hover, button:focus-visible { outline: 2px solid var(--accent); }
  button span { display: block; font-size: .85rem; opacity: .75; } ul { padding-left: 1.2rem; margin: .25rem 0; }
  input[type=search] { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; margin: .4rem 0; }`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
  `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;

/**
 * The page that stands in for signing in and consenting: a button for each person.
 * @param action  where the choice is posted; the request's own query goes with it
 */
export function pickPersonPage(
  request: SignInRequest,
  people: readonly Person[],
  scopes: readonly string[],
  action: string,
): string {
  const buttons = people
    .map(
      (person) =>
        `<button name="person" value="${escapeHtml(person.objectId)}">${escapeHtml(person.displayName)}` +
        `<span>${escapeHtml(person.userPrincipalName)}</span></button>`,
    )
    .join('');
  const asked = scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`).join('');
  return page(
    `Sign in to ${request.app.displayName}`,
    `<h1>Sign in</h1><p>to continue to <b>${escapeHtml(request.app.displayName)}</b></p>` +
      `<p><small>It asks for:</small></p><ul>${asked}</ul>` +
      `<form method="post" action="${escapeHtml(action)}">${buttons}` +
      `<button name="person" value="">Cancel</button></form>` +
      `<p><small>A simulation of Microsoft Entra ID: nobody types a password here, you pick who you are.</small></p>`,
  );
}

/** Posts the answer to the application (response_mode=form_post); the button is for browsers without script. */
export function formPostPage(redirectUri: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  return page(
    'Back to the application',
    `<form method="post" action="${escapeHtml(redirectUri)}">${inputs}<button>Go back to the application</button></form>`,
  );
}

export function errorPage(text: string): string {
  return page('Sign-in did not work', `<h1>Sign-in did not work</h1><p>${escapeHtml(text)}</p>`);
}

export function signedOutPage(): string {
  return page('Signed out', '<h1>You are signed out</h1><p>This window can be closed.</p>');
}
