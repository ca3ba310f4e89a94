/** A dialog (task module) of the bot: only the person who clicked sees it, and it is gone when closed. */
import { post } from './api.js';
import { renderCard } from './card-view.js';
import { el, icon } from './dom.js';

const WIDTHS = { small: '400px', medium: '600px', large: '860px' };
const widthOf = (width) => WIDTHS[width] ?? `${Number.parseInt(width, 10) || 600}px`;
const TITLE = 'Entra Rewind';

/** @param host  the page's one <dialog> element */
export function createDialogs(host, theme) {
  let openFor;
  const close = () => {
    if (openFor !== undefined)
      void post('dialog', { as: openFor.as, id: openFor.id, close: true }).catch((error) =>
        message(`The dialog could not be closed: ${error.message}`),
      );
    openFor = undefined;
    if (host.open) host.close();
    host.replaceChildren();
  };
  host.addEventListener('cancel', (event) => {
    event.preventDefault();
    close();
  });

  const frame = (title, width, ...content) => {
    host.style.setProperty('--dialog-width', widthOf(width));
    host.replaceChildren(
      el(
        'header',
        {},
        el('h2', { id: 'dialog-title' }, title || TITLE),
        el('span', { className: 'dialog-app' }, TITLE),
        el(
          'button',
          { type: 'button', className: 'icon-button', aria: { label: 'Close' }, on: { click: close } },
          icon('M5 5l10 10M15 5L5 15'),
        ),
      ),
      ...content,
    );
    if (!host.open) host.showModal();
  };

  const message = (text) => frame(TITLE, 'small', el('p', { className: 'dialog-text' }, text));

  /** Shows what a press answered: a dialog, a message box, or nothing. */
  const show = (as, result) => {
    if (result.dialog !== undefined) {
      const { dialog } = result;
      openFor = { as, id: dialog.id };
      const note =
        result.note === undefined
          ? undefined
          : el('p', { className: 'note trouble', role: 'alert' }, result.note);
      if (dialog.card === undefined) {
        const link = el('a', { href: dialog.url, target: '_blank', rel: 'noopener noreferrer' }, dialog.url);
        return frame(dialog.title, dialog.width, el('p', { className: 'dialog-text' }, link), note);
      }
      const onPress = async (action, data) => {
        try {
          show(as, await post('act', { as, dialogId: dialog.id, action, data }));
        } catch (error) {
          message(error.message);
        }
      };
      return frame(
        dialog.title,
        dialog.width,
        renderCard(dialog.card, { theme: theme(), onPress }),
        note ?? '',
      );
    }
    openFor = undefined;
    if (result.note !== undefined) return message(result.note);
    return close();
  };
  return { show, message };
}
