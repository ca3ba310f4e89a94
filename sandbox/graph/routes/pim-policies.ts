import { type Answer, type Call } from '../http/call.js';
import { badRequest, malformed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { dig, matches, parseFilter } from '../query/filter.js';
import { policyIdOf, ruleId, rulesOf, standardRules } from '../rules/pim-rules.js';
import { checkBody } from '../schema/check-body.js';
import { merged } from '../schema/merged.js';
import { ruleTypes } from '../schema/policies.js';
import type { TypeDef } from '../schema/types.js';
import type { Entity, Op, Props } from '../state/types.js';

/** PIM rules of the directory's roles: one policy for each role, assigned at the scope of the tenant (FACTS §4). */
const roles = (call: Call): readonly Entity[] => call.state.liveOf('roleDefinition').all();

function policyOf(call: Call, role: Entity, withRules: boolean): Props {
  const id = policyIdOf(call.core.tenantId, role.id);
  const changed = call.state.meta.get(`pimPolicy:${id}`);
  return {
    id,
    displayName: 'DirectoryRole',
    description: 'DirectoryRole',
    isOrganizationDefault: false,
    scopeId: '/',
    scopeType: 'DirectoryRole',
    lastModifiedDateTime: typeof changed === 'string' ? changed : null,
    lastModifiedBy: { displayName: null, id: null },
    ...(withRules ? { rules: rulesOf(call.state, id) } : {}),
  };
}

function roleOfPolicy(call: Call): Entity {
  const id = call.param('policy');
  const found = roles(call).find((role) => policyIdOf(call.core.tenantId, role.id) === id);
  if (!found) throw notFound(id);
  return found;
}

/** The service lists them for a scope only. */
function filtered(call: Call, items: readonly Props[]): Props[] {
  const expression = call.option('$filter');
  if (expression === null || !/scopeId\s+eq\s+'/.test(expression) || !/scopeType\s+eq\s+'/.test(expression))
    throw badRequest("A $filter on 'scopeId' and 'scopeType' is required.");
  const filter = parseFilter(expression);
  return items.filter((item) => matches(filter, (path) => dig(item, path)));
}

/** `rules`, `policy`, `policy($expand=rules)`. */
function expands(call: Call, name: string): { readonly asked: boolean; readonly inner: string } {
  const value = call.option('$expand');
  if (value === null) return { asked: false, inner: '' };
  const [, navigation, inner = ''] = /^(\w+)(?:\(\$expand=(\w+)\))?$/.exec(value.trim()) ?? [];
  if (navigation !== name && !(name === 'rules' && navigation === 'effectiveRules'))
    throw malformed(`Parsing OData Select and Expand failed: '${value}' cannot be expanded here.`);
  return { asked: true, inner };
}

function answer(call: Call, context: string, value: Props[]): Answer {
  return { status: 200, body: { '@odata.context': call.context(context), value } };
}

function listAssignments(call: Call): Answer {
  const { asked, inner } = expands(call, 'policy');
  const items = roles(call).map((role): Props => {
    const policyId = policyIdOf(call.core.tenantId, role.id);
    return {
      id: `${policyId}_${role.id}`,
      policyId,
      scopeId: '/',
      scopeType: 'DirectoryRole',
      roleDefinitionId: role.id,
      ...(asked ? { policy: policyOf(call, role, inner === 'rules') } : {}),
    };
  });
  return answer(call, 'policies/roleManagementPolicyAssignments', filtered(call, items));
}

function ruleOf(call: Call): Props {
  const policyId = policyIdOf(call.core.tenantId, roleOfPolicy(call).id);
  const found = rulesOf(call.state, policyId).find(({ id }) => id === call.param('rule'));
  if (!found) throw notFound(call.param('rule'));
  return found;
}

/** A rule keeps its type and id; what else it has may be changed. */
function patchRule(call: Call): Answer {
  const role = roleOfPolicy(call);
  const before = ruleOf(call);
  const standard = standardRules.find(({ id }) => id === before['id']) as Props;
  const odataType = String(standard['@odata.type']);
  const named = (call.body as Props | null | undefined)?.['@odata.type'];
  if (named !== undefined && named !== odataType)
    throw badRequest("The value of '@odata.type' does not match the rule.");
  const sent = checkBody(ruleTypes.get(odataType) as TypeDef, call.body, 'update', String(standard['id']));
  const policyId = policyIdOf(call.core.tenantId, role.id);
  const id = ruleId(policyId, String(standard['id']));
  const props = merged(before, sent);
  const op: Op = call.state.get(id)
    ? { op: 'set', id, props }
    : { op: 'create', kind: 'roleManagementRule', id, props };
  const at = new Date(call.now).toISOString();
  call.core.commit([op, { op: 'meta', key: `pimPolicy:${policyId}`, value: at }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Update role setting in PIM',
        operation: 'Update',
        targets: [
          {
            id: role.id,
            type: 'Role',
            displayName: String(role.props['displayName']),
            userPrincipalName: null,
            groupType: null,
            changes: Object.entries(sent).map(([name, after]) => ({
              name,
              before: before[name] ?? null,
              after,
            })),
          },
        ],
      },
    ],
  });
  return {
    status: 200,
    body: {
      '@odata.context': call.context('policies/roleManagementPolicies/rules/$entity'),
      ...ruleOf(call),
    },
  };
}

const read = [
  'RoleManagement.Read.All',
  'RoleManagement.Read.Directory',
  'RoleManagement.ReadWrite.Directory',
];
const base = '/policies/roleManagementPolicies';

export const pimPolicyRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/policies/roleManagementPolicyAssignments',
    permissions: read,
    handle: listAssignments,
  },
  {
    method: 'GET',
    pattern: base,
    permissions: read,
    handle: (call) => {
      const { asked } = expands(call, 'rules');
      const items = roles(call).map((role) => policyOf(call, role, asked));
      return answer(call, 'policies/roleManagementPolicies', filtered(call, items));
    },
  },
  {
    method: 'GET',
    pattern: `${base}/{policy}`,
    permissions: read,
    handle: (call) => ({
      status: 200,
      body: {
        '@odata.context': call.context('policies/roleManagementPolicies/$entity'),
        ...policyOf(call, roleOfPolicy(call), expands(call, 'rules').asked),
      },
    }),
  },
  {
    method: 'GET',
    pattern: `${base}/{policy}/rules`,
    permissions: read,
    handle: (call) => {
      const { id } = policyOf(call, roleOfPolicy(call), false);
      return answer(call, 'policies/roleManagementPolicies/rules', rulesOf(call.state, String(id)));
    },
  },
  {
    method: 'GET',
    pattern: `${base}/{policy}/rules/{rule}`,
    permissions: read,
    handle: (call) => ({
      status: 200,
      body: {
        '@odata.context': call.context('policies/roleManagementPolicies/rules/$entity'),
        ...ruleOf(call),
      },
    }),
  },
  {
    method: 'PATCH',
    pattern: `${base}/{policy}/rules/{rule}`,
    permissions: ['RoleManagement.ReadWrite.Directory', 'RoleManagementPolicy.ReadWrite.Directory'],
    handle: patchRule,
  },
];
