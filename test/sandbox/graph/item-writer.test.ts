import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { navigationsOf } from '../../../sandbox/graph/query/expand.js';
import { itemWriter, mixedWriter, writeMixedIds } from '../../../sandbox/graph/query/item-writer.js';
import { JsonBytes } from '../../../sandbox/graph/query/json-bytes.js';
import { defaultsOf, render, renderMixed, selection } from '../../../sandbox/graph/schema/render.js';
import { prepareRows, rowOf } from '../../../sandbox/graph/schema/row.js';
import { propertyOf, typeOf } from '../../../sandbox/graph/schema/types.js';
import {
  directoryKinds,
  type Entity,
  type JsonValue,
  type Kind,
  type Props,
} from '../../../sandbox/graph/state/types.js';

const kinds: readonly Kind[] = [
  'user',
  'group',
  'application',
  'servicePrincipal',
  'roleDefinition',
  'policy',
];
const extension = 'extension_0123456789abcdef0123456789abcdef_costCentre';

/** Any UTF-16 units: quotes, control characters, halves of surrogate pairs, and whole ones. */
const text = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u2028', 'ß', 'é', '語', '😀', '\ud83d', 'a'),
  }),
  fc.string(),
);
const value = fc
  .oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant([]), fc.jsonValue())
  .map((any) => any as JsonValue);

/** An object of a kind, with any value in any of its properties and in one that no table knows. */
const entity = fc.constantFrom(...kinds).chain((kind): fc.Arbitrary<Entity> => {
  const names = [...typeOf(kind).properties.keys(), extension];
  return fc.record({
    // As the tenant's state has it; other kinds may have any.
    id: directoryKinds.includes(kind) ? fc.uuid() : fc.oneof(fc.uuid(), text),
    kind: fc.constant(kind),
    props: fc.dictionary(fc.constantFrom(...names), value, {
      maxKeys: 12,
      noNullPrototype: true,
    }) as fc.Arbitrary<Props>,
    createdAt: fc.integer({ min: 0, max: 4e12 }),
    deletedAt: fc.option(fc.integer({ min: 0, max: 4e12 })),
    gone: fc.constant(false),
  });
});

const written = (write: (to: JsonBytes) => void): string => {
  const to = new JsonBytes();
  write(to);
  return to.written.toString();
};

/** Names of a $select: some of the kind's that lists show, in any order. */
const selectOf = (kind: Kind): fc.Arbitrary<string[]> => {
  const shown = [...typeOf(kind).properties.values()]
    .filter(({ outside }) => !outside)
    .map(({ name }) => name);
  const isOpen = propertyOf(typeOf(kind), extension) !== undefined;
  return fc.shuffledSubarray(isOpen ? [...shown, extension] : shown, { minLength: 1 });
};

describe('lists are copied together from rows', () => {
  test('every byte is as JSON.stringify writes it, for any object and any selection', () => {
    const item = entity.chain((one) =>
      fc.tuple(fc.constant(one), fc.option(selectOf(one.kind)), fc.boolean()),
    );
    fc.assert(
      fc.property(item, ([one, select, prepared]) => {
        const type = typeOf(one.kind);
        const defs = select ? selection(type, select, 'list') : defaultsOf(type);
        if (prepared) prepareRows([one]);
        expect(written((to) => itemWriter(one.kind, defs)(to, one))).toBe(JSON.stringify(render(one, defs)));
        expect(written((to) => mixedWriter(select)(to, one))).toBe(JSON.stringify(renderMixed(one, select)));
      }),
      { numRuns: 500 },
    );
  });

  test('ids alone, of any kinds at once', () => {
    const ordinary = fc.uuid().chain((id) => entity.map((one) => ({ ...one, id })));
    fc.assert(
      fc.property(fc.oneof(fc.array(ordinary), fc.array(entity)), (all) => {
        const expected = JSON.stringify(all.map((one) => renderMixed(one, ['id'])));
        expect(written((to) => writeMixedIds(to, all))).toBe(expected);
        expect(written((to) => to.list(all, mixedWriter(['id'])))).toBe(expected);
      }),
    );
  });

  test('an object of another kind than the list says is shown by the names that were asked for', () => {
    fc.assert(
      fc.property(entity, (one) => {
        fc.pre(one.kind !== 'policy');
        const defs = defaultsOf(typeOf('user'));
        expect(written((to) => itemWriter('user', defs)(to, one))).toBe(JSON.stringify(render(one, defs)));
      }),
    );
  });

  test('many objects in one memory, and a text that outgrows it', () => {
    fc.assert(
      fc.property(fc.array(entity, { maxLength: 40 }), fc.nat({ max: 300_000 }), (all, long) => {
        if (all[0]) all[0].props['description'] = 'ü'.repeat(long);
        prepareRows(all);
        const expected = JSON.stringify(all.map((one) => renderMixed(one)));
        expect(written((to) => to.list(all, mixedWriter(null)))).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });

  test('a row is kept until the object changes', () => {
    const user: Entity = {
      id: 'u',
      kind: 'user',
      props: { city: 'Kiel', userPrincipalName: 'ada@contoso.example' },
      createdAt: 0,
      deletedAt: null,
      gone: false,
    };
    const defs = selection(typeOf('user'), ['city', 'userPrincipalName'], 'list');
    const seen = (): unknown => JSON.parse(written((to) => itemWriter('user', defs)(to, user)));
    prepareRows([user]);
    const first = rowOf(user);
    expect(rowOf(user)).toBe(first);
    expect(seen()).toEqual({ city: 'Kiel', userPrincipalName: 'ada@contoso.example', id: 'u' });
    user.props = { userPrincipalName: 'ada@contoso.example' };
    expect(rowOf(user)).not.toBe(first);
    expect(seen()).toEqual({ city: null, userPrincipalName: 'ada@contoso.example', id: 'u' });
    user.deletedAt = 1;
    expect(seen()).toMatchObject({ userPrincipalName: 'uada@contoso.example' });
  });

  test('what can be expanded is never a property too, so that it may be written behind them', () => {
    for (const kind of kinds)
      for (const name of navigationsOf(kind).keys()) expect(propertyOf(typeOf(kind), name)).toBeUndefined();
  });
});
