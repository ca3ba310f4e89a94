/** Draws one card as Teams would and reports what is pressed. */
import { post } from './api.js';
import { registerTeamsElements } from './card-elements.js';
import { el } from './dom.js';
import { hostConfig } from './host-config.js';
import { createMarkdown } from './markdown.js';

const { AdaptiveCard, HostConfig, SerializationContext, Versions, OpenUrlAction } = AdaptiveCards;
const MAX_VERSION = [1, 5];
const markdown = createMarkdown(markdownit);
registerTeamsElements();

/** Names that the card being drawn may mention (msteams.entities). */
let mentioned = new Set();
AdaptiveCard.onProcessMarkdown = (source, result) => {
  result.outputHtml = withMentions(markdown.render(source));
  result.didProcess = true;
};

function withMentions(html) {
  return html.replace(/&lt;at&gt;(.*?)&lt;\/at&gt;/g, (whole, name) =>
    mentioned.has(name) ? `<span class="mention">${name}</span>` : whole,
  );
}

/** Renders a bot's text message: the same Markdown, nothing else. */
export function renderText(source, isMarkdown) {
  const holder = el('div');
  if (isMarkdown) {
    mentioned = new Set();
    holder.innerHTML = markdown.render(source);
    for (const link of holder.querySelectorAll('a'))
      Object.assign(link, { target: '_blank', rel: 'noopener noreferrer' });
  } else {
    holder.append(
      ...source
        .split(/(@Entra Rewind)/)
        .map((part) => (part.startsWith('@') ? el('span', { className: 'mention' }, part) : part)),
    );
  }
  return holder;
}

const isTooNew = (version) => {
  const [major = 0, minor = 0] = String(version ?? '')
    .split('.')
    .map(Number);
  return major > MAX_VERSION[0] || (major === MAX_VERSION[0] && minor > MAX_VERSION[1]);
};

/**
 * @param json   the card as this person sees it
 * @param onPress  (action JSON, merged data) => Promise; the card is busy until it settles
 * @param search  { as, activityId } for typeahead, where the card stands in a message
 */
export function renderCard(json, { theme, onPress, search }) {
  const frame = el('div', { className: 'card' });
  if (json.msteams?.width === 'Full') frame.classList.add('full');
  if (isTooNew(json.version)) {
    frame.append(
      el('p', { className: 'card-fault' }, json.fallbackText ?? 'This card needs a newer version of Teams.'),
    );
    return frame;
  }
  try {
    const card = new AdaptiveCard();
    card.hostConfig = new HostConfig(hostConfig(theme));
    mentioned = new Set((json.msteams?.entities ?? []).map((entity) => entity.mentioned?.name));
    // Typeahead counts as 1.6 in the renderer; Teams takes it in a 1.5 card.
    card.parse(json, new SerializationContext(Versions.v1_6));
    card.onAnchorClicked = (_element, anchor) => {
      window.open(anchor.href, '_blank', 'noopener,noreferrer');
      return true;
    };
    card.onExecuteAction = (action) => void press(frame, action, onPress);
    if (search !== undefined) card.onInputValueChanged = (input) => void typeahead(card, input, search);
    const drawn = card.render();
    if (drawn === undefined) throw new Error('empty');
    frame.append(drawn);
  } catch (error) {
    console.error(error);
    frame.append(el('p', { className: 'card-fault' }, 'This card could not be drawn.'));
  }
  return frame;
}

async function press(frame, action, onPress) {
  if (action instanceof OpenUrlAction) {
    window.open(action.url, '_blank', 'noopener,noreferrer');
    return;
  }
  if (frame.getAttribute('aria-busy') === 'true') return;
  frame.setAttribute('aria-busy', 'true');
  try {
    await onPress(
      {
        type: action.getJsonTypeName(),
        ...(action.id ? { id: action.id } : {}),
        ...(action.title ? { title: action.title } : {}),
        ...(action.verb ? { verb: action.verb } : {}),
      },
      action.data ?? {},
    );
  } finally {
    frame.removeAttribute('aria-busy');
  }
}

async function typeahead(card, input, { as, activityId }) {
  if (typeof input.isDynamicTypeahead !== 'function' || !input.isDynamicTypeahead()) return;
  const text = input.getFilterForDynamicSearch() ?? '';
  const data = Object.fromEntries(
    card
      .getAllInputs()
      .filter((other) => other !== input && other.id)
      .map((other) => [other.id, other.value ?? '']),
  );
  input.showLoadingIndicator();
  try {
    const { results } = await post('search', {
      as,
      activityId,
      input: input.id,
      dataset: input.choicesData.dataset,
      text,
      data,
    });
    input.renderChoices(text, results);
    if (results.length === 0) input.showErrorIndicator(text, 'No results.');
  } catch (error) {
    input.showErrorIndicator(text, error.message);
  }
}
