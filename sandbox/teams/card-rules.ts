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
import { isRecord } from './model.js';
import type { Card } from './model.js';

const MAX_PRIMARY_ACTIONS = 6;
const MAX_REFRESH_USERS = 60;

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
    ...(place === 'dialog' ? dialogRules(card) : []),
  ];
}

function versionRule(card: Card): string[] {
  const version = textOf(card.version);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor > 5) || version === ''
    ? [`version is "${version}"; Teams shows cards of version 1.5 or lower`]
    : [];
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

/** People only, each named once more in msteams.entities of the root. */
function mentionRules(card: Card): string[] {
  const entities = isRecord(card.msteams) ? records(card.msteams.entities) : [];
  const known = new Set(entities.map((entity) => textOf(entity.text)));
  const written = JSON.stringify(card.body ?? []).match(/<at>.*?<\/at>/g) ?? [];
  const orphans = [...new Set(written)].filter((text) => !known.has(text));
  const wrong = entities.filter(({ mentioned }) => {
    const id = isRecord(mentioned) ? textOf(mentioned.id) : '';
    return id === '' || id.startsWith('19:');
  });
  return [
    ...orphans.map((text) => `${text} is in the card, and not in msteams.entities`),
    ...wrong.map((entity) => `${textOf(entity.text)} mentions nobody: a person's id is needed`),
  ];
}

function imageRules(card: Card): string[] {
  return [...nestedCards(card)]
    .flatMap((one) => [...elements(one)])
    .filter((element) => typeOf(element) === 'Image')
    .map((element) => textOf(element.url))
    .filter((url) => !/^(https:\/\/|data:image\/(png|jpeg|gif);base64,)/i.test(url))
    .map((url) => `image ${url.slice(0, 60)}: an https address of a PNG, JPEG or GIF is needed`);
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
