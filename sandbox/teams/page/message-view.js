/** One message of a chat: bubble or card, who and when, and the short note under it. */
import { renderCard, renderText } from './card-view.js';
import { avatar, el, icon } from './dom.js';
import { timeOf } from './format.js';

const TROUBLE = /^(Unable to reach app|Something went wrong)/;

/**
 * @param seen     a message as the sandbox describes it for this person
 * @param options  { theme, me, follows, onPress(action, data), onRefresh(), as }
 */
export function renderMessage(seen, options) {
  const mine = seen.from === options.me;
  const article = el('article', {
    className: `message${mine ? ' mine' : ''}${options.follows ? ' follows' : ''}`,
    data: { id: seen.id },
    aria: { label: `${seen.from}, ${timeOf(seen.at)}` },
  });
  const state = [
    timeOf(seen.at),
    seen.edited ? 'edited' : '',
    seen.ownView && seen.in !== 'personal' ? 'only you see this version' : '',
  ];
  article.append(
    avatar(seen.from, seen.fromBot),
    el(
      'div',
      { className: 'content' },
      el(
        'div',
        { className: 'meta' },
        mine ? '' : el('strong', {}, seen.from),
        el('span', {}, state.filter(Boolean).join(' · ')),
        seen.refreshable ? refreshButton(options.onRefresh) : '',
      ),
      ...contentOf(seen, options),
      seen.note === undefined
        ? ''
        : el(
            'p',
            { className: `note${TROUBLE.test(seen.note) ? ' trouble' : ''}`, role: 'status' },
            seen.note,
          ),
    ),
  );
  return article;
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
  return parts;
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
