import type { Catalog } from '../services/catalog/spec.js';
import { RewindError } from '../services/model/errors.js';
import type { ObjectTypeName } from '../services/model/directory.js';
import type { Plan, RestoreOptions } from '../services/model/plan.js';
import type { RestoreRequest } from '../services/model/restore.js';
import type { RequestPatch } from '../services/model/restore-service.js';
import type { ActionInput } from './actions/schema.js';
import { ticked } from './actions/schema.js';
import type { RestorePhrase } from './grammar/command.js';
import { keysNamed } from './line-names.js';

/** What a sentence without further words means: the object itself, nothing removed, sign-in as it was. */
const DEFAULTS: RestoreOptions = {
  withObject: true,
  aspects: [],
  mode: 'add',
  blockSignIn: false,
  onlyProperties: null,
  leaveOut: [],
};

/**
 * A sentence's options for objects of these types.
 * @throws INPUT_INVALID for an aspect or property that none of the types has, with those it has
 */
export function optionsFromPhrase(
  catalog: Catalog,
  types: readonly ObjectTypeName[],
  phrase: RestorePhrase,
): RestoreOptions {
  const offered = new Map(
    types.flatMap((type) => catalog.aspectsOf(type)).map((aspect) => [aspect.name, aspect.label]),
  );
  for (const name of [...phrase.with, ...phrase.without])
    if (!offered.has(name))
      throw new RewindError('INPUT_INVALID', {
        what: `"${name}" cannot be restored with this object${types.length > 1 ? 's' : ''}.`,
        hint: `It can be restored with: ${[...offered.keys()].join(', ')}. "what is covered" tells what comes later.`,
      });
  return {
    ...DEFAULTS,
    withObject: phrase.withObject ?? DEFAULTS.withObject,
    aspects: [...new Set(phrase.with)].filter((name) => !phrase.without.includes(name)),
    mode: phrase.mode ?? DEFAULTS.mode,
    blockSignIn: phrase.blockSignIn ?? DEFAULTS.blockSignIn,
    onlyProperties: phrase.onlyProperties
      ? phrase.onlyProperties.map((word) => propertyNamed(catalog, types, word))
      : null,
    ...(phrase.newUserPrincipalName ? { newUserPrincipalName: phrase.newUserPrincipalName } : {}),
  };
}

function propertyNamed(catalog: Catalog, types: readonly ObjectTypeName[], word: string): string {
  const wanted = word.toLowerCase().replace(/\s+/g, '');
  const known = types.flatMap((type) => Object.entries(catalog.type(type).properties));
  const found = known.find(
    ([name, rule]) =>
      name.toLowerCase() === wanted || rule.label.toLowerCase().replace(/\s+/g, '') === wanted,
  );
  if (found) return found[0];
  throw new RewindError('INPUT_INVALID', {
    what: `There is no property "${word}".`,
    hint: `Some that there are: ${known
      .slice(0, 8)
      .map(([, rule]) => rule.label)
      .join(', ')}.`,
  });
}

/**
 * The same with the single lines that the sentence leaves out by name; these are looked up in a plan that leaves nothing out.
 * @throws INPUT_INVALID for a name that no line has
 */
export async function withLinesLeftOut(
  options: RestoreOptions,
  phrase: RestorePhrase,
  planOf: (options: RestoreOptions) => Promise<Plan>,
): Promise<RestoreOptions> {
  if (phrase.leaveOut === undefined || phrase.leaveOut.length === 0) return options;
  return { ...options, leaveOut: keysNamed(await planOf(options), phrase.leaveOut) };
}

/** What the options card or the ticks of a preview say, as a change of the request; fields that did not come stay as they are. */
export function patchFromCard(request: RestoreRequest, input: ActionInput<'restore.preview'>): RequestPatch {
  const aspects = ticked(input, 'aspect:');
  const lines = ticked(input, 'line:');
  const flag = (value: 'true' | 'false' | undefined) => (value === undefined ? undefined : value === 'true');
  const options: { -readonly [K in keyof RestoreOptions]?: RestoreOptions[K] } = {};
  const withObject = flag(input.withObject);
  if (withObject !== undefined) options.withObject = withObject;
  if (aspects.size > 0) {
    const others = request.options.aspects.filter((name) => !aspects.has(name));
    options.aspects = [...others, ...[...aspects].filter(([, on]) => on).map(([name]) => name)];
  }
  if (input.mode) options.mode = input.mode;
  const block = flag(input.blockSignIn);
  if (block !== undefined) options.blockSignIn = block;
  if (lines.size > 0) {
    const others = request.options.leaveOut.filter((key) => !lines.has(key));
    options.leaveOut = [...others, ...[...lines].filter(([, on]) => !on).map(([key]) => key)];
  }
  const newUpn = input.newUpn?.trim();
  if (newUpn) options.newUserPrincipalName = newUpn;
  const reason = input.reason?.trim();
  return { ...(Object.keys(options).length > 0 ? { options } : {}), ...(reason ? { reason } : {}) };
}

/** Whether a patch would change what the plan is made of (a reason does not). */
export function changesPlan(request: RestoreRequest, patch: RequestPatch): boolean {
  if (patch.point && patch.point.seq !== request.point?.seq) return true;
  const sorted = (value: unknown) => (Array.isArray(value) ? [...value].sort() : value);
  return Object.entries(patch.options ?? {}).some(
    ([name, value]) =>
      JSON.stringify(sorted(value)) !== JSON.stringify(sorted(request.options[name as keyof RestoreOptions])),
  );
}
