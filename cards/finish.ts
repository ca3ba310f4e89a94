/** What every expanded card gets before it leaves, whatever its template says. */

export type Element = Record<string, unknown>;

/** Text properties that mean "nothing here" when empty. */
const OPTIONAL_TEXTS = ['tooltip', 'placeholder', 'altText', 'errorMessage', 'value'];
const LISTS: Readonly<Record<string, string>> = {
  Container: 'items',
  ActionSet: 'actions',
  RichTextBlock: 'inlines',
  ColumnSet: 'columns',
  'Input.ChoiceSet': 'choices',
  FactSet: 'facts',
};

/** Removes what expansion left without content: empty lists of elements, empty optional texts. */
export function dropEmpty(node: unknown): unknown {
  if (Array.isArray(node)) {
    return node.map(dropEmpty).filter((item) => item !== undefined);
  }
  if (node === null || typeof node !== 'object') return node;
  const element = node as Element;
  const kept: Element = {};
  for (const [key, value] of Object.entries(element)) {
    if (OPTIONAL_TEXTS.includes(key) && value === '') continue;
    kept[key] = key === 'data' ? value : dropEmpty(value);
  }
  const list = LISTS[String(element.type)];
  if (list !== undefined && Array.isArray(kept[list]) && kept[list].length === 0) return undefined;
  if (element.type === 'TextBlock' && kept.text === '') return undefined;
  return kept;
}

/**
 * A universal action gets the fallback of older clients (Action.Submit with the same ids); a dialog's opener becomes the
 * `task/fetch` that only Action.Submit can be. The verb travels in the data there.
 */
export function finishAction(action: Element): Element {
  if (action.type === 'Action.ShowCard') return action;
  const { verb, ...rest } = action;
  const data = (action.data ?? {}) as Element;
  if (action.type === 'Action.Submit') {
    return verb === undefined || verb === ''
      ? rest
      : {
          ...rest,
          data: { ...data, verb, ...(verb === 'handoff.close' ? {} : { msteams: { type: 'task/fetch' } }) },
        };
  }
  const { style, associatedInputs, title } = action;
  return {
    ...action,
    fallback: { type: 'Action.Submit', title, style, associatedInputs, data: { ...data, verb } },
  };
}
