/** What Teams takes from a bot's card, beyond the schema. Sources: teams/FACTS §2, §3, §4, §5. */
import {
  elements,
  findActions,
  nestedCards,
  ownActions,
  ownInputs,
  records,
  textOf,
  typeOf,
} from './card-walk.js';
import { isRecord, isShownVersion } from './model.js';
import type { Card } from './model.js';

const MAX_PRIMARY_ACTIONS = 6;
const MAX_REFRESH_USERS = 60;
const MAX_IMAGE_BYTES = 1024 * 1024;
/** TEAMS §3. */
const SUBMIT_TYPES: ReadonlySet<string> = new Set([
  'task/fetch',
  'messageBack',
  'imBack',
  'signin',
  'invoke',
]);
const AT = /<at>.*?<\/at>/g;

/** @returns one text per broken rule; empty = Teams would show the card as meant */
export function brokenRules(card: Card, place: 'message' | 'dialog'): string[] {
  return [
    ...versionRule(card),
    ...actionRules(card),
    ...refreshRules(card),
    ...inputRules(card),
    ...textRules(card),
    ...mentionRules(card),
    ...imageRules(card),
    ...typedSubmitRules(card),
    ...(place === 'dialog' ? dialogRules(card) : []),
  ];
}

function versionRule(card: Card): string[] {
  return isShownVersion(card)
    ? []
    : [`version is "${textOf(card.version)}"; Teams shows cards of version 1.5 or lower`];
}

function actionRules(card: Card): string[] {
  return [...nestedCards(card)].flatMap((one) => {
    const groups = [
      records(one.actions),
      ...[...elements(one)].filter((e) => typeOf(e) === 'ActionSet').map((set) => records(set.actions)),
    ];
    return groups.flatMap((actions) => {
      const primary = actions.filter((action) => action.mode !== 'secondary').length;
      return primary > MAX_PRIMARY_ACTIONS
        ? [`${primary} primary actions in one row; Teams shows ${MAX_PRIMARY_ACTIONS}`]
        : [];
    });
  });
}

function refreshRules(card: Card): string[] {
  if (card.refresh === undefined) return [];
  if (!isRecord(card.refresh) || !isRecord(card.refresh.action)) return ['refresh has no action'];
  const broken: string[] = [];
  if (card.refresh.action.type !== 'Action.Execute') broken.push('refresh.action is not Action.Execute');
  const ids = card.refresh.userIds;
  if (ids === undefined) return broken;
  if (!Array.isArray(ids)) return [...broken, 'refresh.userIds is not a list'];
  if (ids.length > MAX_REFRESH_USERS)
    broken.push(`refresh.userIds names ${ids.length} people; at most ${MAX_REFRESH_USERS}`);
  if (ids.some((id) => typeof id !== 'string' || !id.startsWith('29:')))
    broken.push('refresh.userIds holds something else than Teams ids ("29:…")');
  return broken;
}

function inputRules(card: Card): string[] {
  const inputs = [...nestedCards(card)].flatMap(ownInputs);
  const seen = new Set<string>();
  return inputs.flatMap(({ id, element }) => {
    const broken: string[] = [];
    if (seen.has(id)) broken.push(`two inputs have the id "${id}"`);
    seen.add(id);
    const withComma =
      element.isMultiSelect === true &&
      records(element.choices).some((choice) => textOf(choice.value).includes(','));
    if (withComma) broken.push(`input "${id}": a choice of a multi-select has a comma in its value`);
    return broken;
  });
}

function textRules(card: Card): string[] {
  const text = JSON.stringify(card);
  return /\{\{(DATE|TIME)\(/.test(text) ? ['{{DATE()}} and {{TIME()}} are not supported in Teams'] : [];
}

/** The mentions that a card declares at its root. */
export function mentionsOf(card: Card): { readonly text: string; readonly mentioned: string }[] {
  const entities = isRecord(card.msteams) ? records(card.msteams.entities) : [];
  return entities
    .filter((entity) => entity.type === 'mention')
    .map(({ text, mentioned }) => ({
      text: textOf(text),
      mentioned: isRecord(mentioned) ? textOf(mentioned.id) : '',
    }));
}

/** People only, each named once more in msteams.entities of the root; in TextBlock and FactSet alone. */
function mentionRules(card: Card): string[] {
  const entities = isRecord(card.msteams) ? records(card.msteams.entities) : [];
  const mentions = mentionsOf(card);
  const known = new Set(mentions.map(({ text }) => text));
  const written = JSON.stringify(card.body ?? []).match(AT) ?? [];
  const orphans = [...new Set(written)].filter((text) => !known.has(text));
  const readable = [...nestedCards(card)]
    .flatMap((one) => [...elements(one)])
    .flatMap((element) => mentionable(element))
    .join('\n');
  const wrong = mentions.filter(({ mentioned }) => mentioned === '' || mentioned.startsWith('19:'));
  return [
    ...(entities.length > mentions.length ? ['msteams.entities takes mentions only'] : []),
    ...orphans.map((text) => `${text} is in the card, and not in msteams.entities`),
    ...mentions
      .filter(({ text }) => text === '' || !readable.includes(text))
      .map(({ text }) => `"${text}" is in msteams.entities, and in no TextBlock or FactSet`),
    ...wrong.map(({ text }) => `${text} mentions nobody: a person's id is needed`),
  ];
}

function mentionable(element: Card): string[] {
  if (typeOf(element) === 'TextBlock') return [textOf(element.text)];
  if (typeOf(element) !== 'FactSet') return [];
  return records(element.facts).flatMap(({ title, value }) => [textOf(title), textOf(value)]);
}

function imageRules(card: Card): string[] {
  return [...nestedCards(card)]
    .flatMap((one) => [one, ...elements(one)])
    .flatMap((element) => [
      ...(typeOf(element) === 'Image' ? [element.url] : []),
      isRecord(element.backgroundImage) ? element.backgroundImage.url : element.backgroundImage,
    ])
    .filter((url) => url !== undefined)
    .map(textOf)
    .flatMap((url) => {
      const inline = /^data:image\/(?:png|jpeg|gif);base64,(.*)$/i.exec(url);
      if (inline === null && !/^https:\/\//i.test(url))
        return [`image ${url.slice(0, 60)}: an https address of a PNG, JPEG or GIF is needed`];
      const bytes = ((inline?.[1] ?? '').length * 3) / 4;
      return bytes > MAX_IMAGE_BYTES
        ? [`an image of ${Math.round(bytes)} bytes; Teams takes less than 1 MB`]
        : [];
    });
}

/** `data.msteams.type` of Action.Submit: what Teams makes of the press. */
function typedSubmitRules(card: Card): string[] {
  return findActions(card).flatMap(({ action }) => {
    const typed = isRecord(action.data) ? action.data.msteams : undefined;
    if (action.type !== 'Action.Submit' || !isRecord(typed)) return [];
    const type = textOf(typed.type);
    return type === '' || SUBMIT_TYPES.has(type)
      ? []
      : [`"${textOf(action.title)}": Teams knows no msteams.type "${type}"`];
  });
}

function dialogRules(card: Card): string[] {
  const broken = findActions(card)
    .filter(({ action }) => action.type === 'Action.Execute')
    .map(({ action }) => `"${textOf(action.title)}" is Action.Execute; in a dialog only Action.Submit works`);
  if (card.refresh !== undefined) broken.push('refresh does not work in a dialog');
  const typed = [...nestedCards(card)]
    .flatMap(ownActions)
    .filter((action) => isRecord(action.data) && action.data.msteams !== undefined)
    .map((action) => `"${textOf(action.title)}": data.msteams does not work in a dialog`);
  return [...broken, ...typed];
}
