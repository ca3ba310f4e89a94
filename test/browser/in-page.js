/* Runs in the page, beside the simulated Teams' own renderer: draws one card at several widths and measures it. */
import { renderCard } from '/page/card-view.js';

/** Elements that stick out of their card, or whose text is cut off without a way to scroll to it. */
function tooWide(card) {
  const edge = card.getBoundingClientRect().right + 0.5;
  return textsOf(card).filter((element) => {
    const style = getComputedStyle(element);
    const isCut =
      style.display !== 'inline' &&
      style.overflowX === 'hidden' &&
      element.scrollWidth > element.clientWidth + 1;
    return isCut || element.getBoundingClientRect().right > edge;
  });
}

/** Choices of one list whose labels do not begin below one another. */
function ragged(card) {
  return [...card.querySelectorAll('.ac-choiceSetInput-expanded, .ac-choiceSetInput-multiSelect')].filter(
    (list) => {
      const starts = [...list.querySelectorAll('label')].map((label) => label.getBoundingClientRect().left);
      return Math.max(...starts) - Math.min(...starts) > 0.5;
    },
  );
}

/** Elements on the screen that have text of their own. */
function textsOf(card) {
  return [...card.querySelectorAll('*')].filter(
    (element) =>
      element.offsetParent !== null &&
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()),
  );
}

window.drawCard = async ({ card, widths, gap }) => {
  const theme = document.documentElement.dataset.theme;
  const drawn = widths.map((width) => {
    const frame = renderCard(card, { theme, onPress: async () => {} });
    frame.style.cssText = `width:${width}px;max-width:none;flex:none`;
    return frame;
  });
  document.body.style.cssText = `margin:0;padding:${gap}px;display:flex;gap:${gap}px;align-items:flex-start`;
  // A form each: the cards' radio buttons have the same names, and would push out each other's choice.
  document.body.replaceChildren(
    ...drawn.map((frame) => {
      const form = document.createElement('form');
      form.append(frame);
      return form;
    }),
  );
  await document.fonts.ready;
  const where = (element, index) => `${theme} ${widths[index]}: "${element.textContent.slice(0, 60)}"`;
  return {
    texts: Math.min(...drawn.map((frame) => textsOf(frame).length)),
    tooWide: drawn.flatMap((frame, index) => tooWide(frame).map((element) => where(element, index))),
    ragged: drawn.flatMap((frame, index) => ragged(frame).map((element) => where(element, index))),
  };
};
