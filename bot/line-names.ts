import { RewindError } from '../services/model/errors.js';
import type { NamedObject, Plan, PlanLineKey } from '../services/model/plan.js';
import type { RestoreRequest } from '../services/model/restore.js';
import type { RestoreOutlook } from '../services/model/restore-service.js';
import { listing } from '../cards/format.js';
import { sayRequest } from './grammar/say.js';
import { normalise, quote, tokenise } from './grammar/tokens.js';

/** One line of a plan under all the words that a sentence may have for it, best first. */
interface NamedLine {
  readonly key: PlanLineKey;
  /** What it concerns: a name means one such thing, although it may be several lines. */
  readonly about: string;
  readonly words: readonly [string, ...string[]];
}

type Lines = Pick<Plan, 'subjects' | 'operations' | 'expected' | 'leftOut'>;

/** Every line that can be left out: properties, links to add or take away, what comes back by itself, and what was left out already. */
function linesOf({ subjects, operations, expected, leftOut = [] }: Lines): readonly NamedLine[] {
  const own = new Set<string>(subjects.map(({ object }) => object.id));
  const seen = new Set<PlanLineKey>();
  return [
    ...expected.flatMap((line) => (line.kind === 'account' ? [] : [link(line.key, line.kind, line.object)])),
    ...operations.flatMap((operation): NamedLine[] => {
      if (operation.do === 'update')
        return operation.changes.map(({ key, label, property }) => ({
          key,
          about: label,
          words: [label, property],
        }));
      if (operation.do !== 'link' && operation.do !== 'unlink') return [];
      const { key, kind, sourceName, targetName } = operation;
      return [link(key, kind, own.has(sourceName.id) ? targetName : sourceName)];
    }),
    ...leftOut.map(({ key, kind, object, label }): NamedLine =>
      label === undefined ? link(key, kind, object) : { key, about: label, words: [label] },
    ),
  ].filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** A group that somebody is member and owner of is two lines: the kind in front tells them apart. */
const link = (key: PlanLineKey, kind: string, { name, key: mail, id }: NamedObject): NamedLine => ({
  key,
  about: id,
  words: [name, ...(mail === undefined ? [] : [mail]), `${kind}: ${name}`, id, `${kind}: ${id}`],
});

/**
 * The lines that `without "Project X"` means. One name may be several lines of one object (member and owner), never two objects.
 * @throws INPUT_INVALID for a name that no line has, or that means several things; with the names that there are
 */
export function keysNamed(plan: Lines, names: readonly string[]): readonly PlanLineKey[] {
  const lines = linesOf(plan);
  return [...new Set(names.flatMap((said) => keysOf(lines, said)))];
}

function keysOf(lines: readonly NamedLine[], said: string): readonly PlanLineKey[] {
  const exact = matching(lines, said);
  const part = same(said);
  const found = exact.length > 0 ? exact : lines.filter(({ words }) => same(words[0]).includes(part));
  const meanings = new Set(found.map(({ about }) => about));
  if (meanings.size === 1) return found.map(({ key }) => key);
  if (meanings.size > 1)
    throw new RewindError('INPUT_INVALID', {
      what: `"${said}" means ${meanings.size} lines of this restore.`,
      hint: `Say which one: ${listing(
        found.map((line) => quote(phraseOf(lines, line))),
        6,
      )}.`,
    });
  throw new RewindError('INPUT_INVALID', {
    what: `No line of this restore is called "${said}".`,
    hint:
      lines.length === 0
        ? 'It has no lines to leave out.'
        : `Lines that can be left out: ${listing(
            lines.map(({ words }) => words[0]),
            12,
          )}.`,
  });
}

/** How a sentence names these lines, so that `keysNamed` finds exactly them again. A line that is not there is named by its key. */
export function namesOf(plan: Lines, keys: readonly PlanLineKey[]): readonly string[] {
  const lines = linesOf(plan);
  const known = new Map(lines.map((line) => [line.key, line]));
  return keys.map((key) => {
    const line = known.get(key);
    return line ? phraseOf(lines, line) : key;
  });
}

const phraseOf = (lines: readonly NamedLine[], line: NamedLine): string =>
  line.words.find((word) => matching(lines, word).length === 1 && survives(word)) ?? line.key;

const matching = (lines: readonly NamedLine[], said: string): readonly NamedLine[] =>
  lines.filter(({ key, words }) => key === said || words.some((word) => same(word) === same(said)));

const same = (text: string): string => spoken(text).toLowerCase();
/** What is left of a text once it was a quoted part of a sentence. */
const spoken = (text: string): string => tokenise(normalise(quote(text)))[0]?.text ?? '';
const survives = (text: string): boolean => spoken(text) !== '';

/** The sentence of a request that has no plan yet: the lines that come back are named as its outlook has them. */
export function sayOutlook(request: RestoreRequest, { comesBackLines }: RestoreOutlook): string {
  const subjects = request.subjects.map((object) => ({ object, before: 'softDeleted' as const }));
  const lines = { subjects, operations: [], expected: comesBackLines };
  return sayRequest(request, undefined, namesOf(lines, request.options.leaveOut));
}
