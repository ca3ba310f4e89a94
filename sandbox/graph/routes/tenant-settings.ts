import type { Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { itemsOf, listItems } from '../query/items.js';
import { sinceOf } from '../rules/group-expiry.js';
import { settingTemplates, type SettingTemplate } from '../rules/setting-templates.js';
import { groupKindOf } from '../schema/group.js';
import { requireProperties } from '../schema/check-body.js';
import { typeOf } from '../schema/types.js';
import type { JsonValue, Props } from '../state/types.js';
import { collectionRoutes } from './collection.js';
import { liveByKey } from './entity.js';
import { render, defaultsOf } from '../schema/render.js';

type Value = { readonly name: string; readonly value: JsonValue };

/** The template's values with those given laid over them. */
function filled(template: SettingTemplate, given: readonly Value[], before: readonly Value[]): JsonValue {
  const all = new Map<string, JsonValue>(
    Object.entries(template.values).map(([name, { value }]) => [name, value]),
  );
  for (const { name, value } of [...before, ...given]) {
    const known = template.values[name];
    if (!known)
      throw badRequest(`The setting '${name}' is not one of the template '${template.displayName}'.`);
    const fits =
      value === null ||
      value === '' ||
      (known.type === 'System.Boolean' && /^(true|false)$/i.test(String(value))) ||
      (known.type === 'System.Int32' && /^\d+$/.test(String(value))) ||
      (known.type === 'System.Guid' && /^[0-9a-f-]{36}$/i.test(String(value))) ||
      known.type === 'System.String';
    if (!fits) throw badRequest(`Invalid value specified for setting '${name}'.`);
    all.set(name, value);
  }
  return [...all].map(([name, value]) => ({ name, value }));
}

function templateOf(id: JsonValue | undefined): SettingTemplate {
  const found = settingTemplates.find((template) => template.id === id);
  if (!found) throw badRequest(`The template '${String(id)}' does not exist.`);
  return found;
}

function createSetting(call: Call, props: Props) {
  const template = templateOf(props['templateId']);
  const known = call.state.liveOf('groupSetting').all();
  if (known.some((setting) => setting.props['templateId'] === template.id))
    throw badRequest(
      'A conflicting object with one or more of the specified property values is present in the directory.',
    );
  const values = filled(template, (props['values'] ?? []) as unknown as Value[], []);
  return { props: { displayName: template.displayName, templateId: template.id, values } };
}

function checkLifecycle(props: Props): Props {
  const days = props['groupLifetimeInDays'];
  if (days !== undefined && Number(days) < 30)
    throw badRequest(
      "Invalid value specified for property 'groupLifetimeInDays' of resource 'GroupLifecyclePolicy'.",
    );
  return props;
}

const settingsRead = [
  'GroupSettings.Read.All',
  'GroupSettings.ReadWrite.All',
  'Group.Read.All',
  'Directory.Read.All',
];
const lifecycleRead = ['Directory.Read.All', 'Directory.ReadWrite.All'];

function templateItem({ id, displayName, description, values }: SettingTemplate): Props {
  return {
    id,
    deletedDateTime: null,
    displayName,
    description,
    values: Object.entries(values).map(([name, { type, value }]) => ({
      name,
      type,
      defaultValue: value,
      description: '',
    })),
  };
}

/** Policies that a group's life follows: the tenant's one, where it manages groups of this kind. */
function policiesOfGroup(call: Call) {
  const group = liveByKey(call, 'group', call.param('id'));
  const isManaged = groupKindOf(group.props) === 'microsoft365';
  const policies = call.state
    .liveOf('groupLifecyclePolicy')
    .all()
    .filter(({ props }) => isManaged && props['managedGroupTypes'] === 'All');
  const defs = defaultsOf(typeOf('groupLifecyclePolicy'));
  return listItems(call, 'groupLifecyclePolicies', itemsOf(policies.map((policy) => render(policy, defs))));
}

export const tenantSettingRoutes: readonly Route[] = [
  ...collectionRoutes({
    pattern: '/groupSettings',
    kind: 'groupSetting',
    noun: 'group setting',
    read: settingsRead,
    write: ['GroupSettings.ReadWrite.All', 'Directory.ReadWrite.All'],
    create: createSetting,
    // CLI for Microsoft 365 sends both along with the values.
    repeatable: ['displayName', 'templateId'],
    update: (_call, entity, props) => ({
      values: filled(
        templateOf(entity.props['templateId']),
        (props['values'] ?? []) as unknown as Value[],
        (entity.props['values'] ?? []) as unknown as Value[],
      ),
    }),
    remove: () => undefined,
  }),
  {
    method: 'GET',
    pattern: '/groupSettingTemplates',
    permissions: settingsRead,
    handle: (call) => listItems(call, 'groupSettingTemplates', itemsOf(settingTemplates.map(templateItem))),
  },
  {
    method: 'GET',
    pattern: '/groupSettingTemplates/{item}',
    permissions: settingsRead,
    handle: (call) => {
      const found = settingTemplates.find(({ id }) => id === call.param('item').toLowerCase());
      if (!found) throw notFound(call.param('item'));
      return {
        status: 200,
        body: { '@odata.context': call.context('groupSettingTemplates/$entity'), ...templateItem(found) },
      };
    },
  },
  ...collectionRoutes({
    pattern: '/groupLifecyclePolicies',
    kind: 'groupLifecyclePolicy',
    noun: 'group lifecycle policy',
    read: lifecycleRead,
    write: ['Directory.ReadWrite.All'],
    create: (call, props) => {
      requireProperties(typeOf('groupLifecyclePolicy'), props, ['groupLifetimeInDays', 'managedGroupTypes']);
      if (call.state.liveOf('groupLifecyclePolicy').size > 0)
        throw badRequest('A tenant has one group lifecycle policy at most.');
      return { props: { ...checkLifecycle(props), [sinceOf]: call.now } };
    },
    update: (call, _entity, props) => ({ ...checkLifecycle(props), [sinceOf]: call.now }),
    remove: () => undefined,
  }),
  {
    method: 'GET',
    pattern: '/groups/{id}/groupLifecyclePolicies',
    permissions: lifecycleRead,
    handle: policiesOfGroup,
  },
];
