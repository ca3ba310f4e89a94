/** Teams' own card elements that the public renderer lacks. Cards must still say the same without them. */
import { el } from './dom.js';

const { CardElement, Versions, StringProperty, NumProperty, GlobalRegistry } = AdaptiveCards;
const text = (name) => new StringProperty(Versions.v1_0, name);
const number = (name) => new NumProperty(Versions.v1_0, name);

/** An element with a few plain properties and a drawing function. */
function define(typeName, properties, draw) {
  class Drawn extends CardElement {
    getJsonTypeName() {
      return typeName;
    }
    internalRender() {
      return draw(Object.fromEntries(properties.map((property) => [property.name, this.getValue(property)])));
    }
  }
  for (const property of properties) Drawn[`${property.name}Property`] = property;
  GlobalRegistry.defaultElements.register(typeName, Drawn);
}

const tone = (value) => (value ?? '').toLowerCase();

/** Registers the elements; call once, before the first card. */
export function registerTeamsElements() {
  define('Badge', [text('text'), text('style'), text('tooltip')], (badge) =>
    el('span', { className: `x-badge ${tone(badge.style)}`, title: badge.tooltip ?? '' }, badge.text ?? ''));
  define('ProgressBar', [number('value'), number('max'), text('color')], ({ value, max = 100, color }) => {
    const known = typeof value === 'number';
    const width = known ? `${Math.min(100, (100 * value) / (max || 100))}%` : undefined;
    return el(
      'div',
      {
        className: `x-progress ${tone(color)}${known ? '' : ' endless'}`,
        role: 'progressbar',
        aria: known ? { valuenow: value, valuemin: 0, valuemax: max } : { label: 'in progress' },
      },
      el('i', known ? { style: { width } } : {}),
    );
  });
  define('ProgressRing', [text('label')], ({ label }) =>
    el('span', { className: 'x-ring', role: 'status' }, el('i'), label ?? ''));
  define('CodeBlock', [text('codeSnippet'), text('language')], ({ codeSnippet = '', language }) => {
    const copy = el('button', { type: 'button' }, 'Copy');
    copy.addEventListener('click', async () => {
      await navigator.clipboard.writeText(codeSnippet);
      copy.textContent = 'Copied';
    });
    return el(
      'div',
      { className: 'x-code' },
      el('header', {}, el('span', {}, language ?? 'Text'), copy),
      el('pre', { tabIndex: 0 }, codeSnippet),
    );
  });
}
