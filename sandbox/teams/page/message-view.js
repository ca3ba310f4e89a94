/** One message of a chat: bubble or card, who and when, and the short note under it. */
import { renderCard, renderText } from './card-view.js';
import { avatar, el, icon } from './dom.js';
import { timeOf } from './format.js';

const OAUTH_CARD = 'application/vnd.microsoft.card.oauth';
/** The note under a card whose button needs its person signed in; see the sandbox's sign-in.ts. */
const SIGN_IN = 'Sign in to continue.';
const TROUBLE = /^(Unable to reach app|Something went wrong)/;

/**
 * @param seen     a message as the sandbox describes it for this person
 * @param options  { theme, me, follows, onPress(action, data), onRefresh(), onSignIn(), as }
 */
export function renderMessage(seen, options) {
  const article = el('article', {}, avatar(seen.from, seen.fromBot));
  article.append(el('div', { className: 'content' }, metaOf(seen, options), ...contentOf(seen, options)));
  updateMessage(article, seen, options);
  return article;
}

/** What stands around an unchanged text and card: the card's element stays, and with it what was typed and pressed. */
export function updateMessage(article, seen, options) {
  const mine = seen.from === options.me;
  article.className = `message${mine ? ' mine' : ''}${options.follows ? ' follows' : ''}`;
  article.dataset.id = seen.id;
  article.setAttribute('aria-label', `${seen.from}, ${timeOf(seen.at)}`);
  article.querySelector(':scope > .content > .meta').replaceWith(metaOf(seen, options));
  article.querySelector(':scope > .content > .note')?.remove();
  if (seen.note === undefined) return;
  const className = `note${TROUBLE.test(seen.note) ? ' trouble' : ''}`;
  const more = seen.note === SIGN_IN ? [signInButton('Sign in', options.onSignIn)] : [];
  article
    .querySelector(':scope > .content')
    .append(el('p', { className, role: 'status' }, seen.note, ...more));
}

function metaOf(seen, options) {
  const state = [
    timeOf(seen.at),
    seen.edited ? 'edited' : '',
    seen.ownView && seen.in !== 'personal' ? 'only you see this version' : '',
  ];
  return el(
    'div',
    { className: 'meta' },
    seen.from === options.me ? '' : el('strong', {}, seen.from),
    el('span', {}, state.filter(Boolean).join(' · ')),
    seen.refreshable ? refreshButton(options.onRefresh) : '',
  );
}

function contentOf(seen, options) {
  if (seen.deleted) return [el('div', { className: 'bubble gone' }, 'This message has been deleted.')];
  const parts = [];
  if (seen.text)
    parts.push(
      el('div', { className: 'bubble' }, renderText(seen.text, seen.fromBot && seen.textFormat !== 'plain')),
    );
  if (seen.card !== undefined) {
    parts.push(
      renderCard(seen.card, {
        theme: options.theme,
        onPress: options.onPress,
        search: { as: options.as, activityId: seen.id },
      }),
    );
  }
  const oauth = seen.attachments.find(({ contentType }) => contentType === OAUTH_CARD)?.content;
  if (oauth !== undefined) {
    // Its text is plain: Markdown is not rendered there.
    const title = String(oauth.buttons?.[0]?.title ?? 'Sign in');
    const text = el('p', {}, String(oauth.text ?? ''));
    parts.push(el('div', { className: 'bubble' }, text, signInButton(title, options.onSignIn)));
  }
  return parts;
}

function signInButton(title, onSignIn) {
  return el('button', { type: 'button', className: 'thread-reply', on: { click: onSignIn } }, title);
}

/** "Refresh card" of the message menu: for people whom the card does not refresh by itself, too. */
function refreshButton(onRefresh) {
  const title = 'Refresh card';
  return el(
    'button',
    {
      type: 'button',
      className: 'icon-button refresh',
      title,
      aria: { label: title },
      on: { click: onRefresh },
    },
    icon('M15.500 7.500A6 6 0 1 0 16 10M15.800 4v3.700h-3.700'),
  );
}
