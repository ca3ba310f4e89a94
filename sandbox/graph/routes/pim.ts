import { Duration } from 'luxon';
import { z } from 'zod';
import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, GraphError, malformed, notFound } from '../http/errors.js';
import type { Method, Route } from '../http/router.js';
import { itemsOf, listItems } from '../query/items.js';
import {
  endOf,
  endOps,
  noun,
  pimFamilies,
  pimNote,
  provisionOps,
  sameSubject,
  scheduleFor,
  startOf,
  type PimFamily,
} from '../rules/pim.js';
import { mayLast, policyIdOf } from '../rules/pim-rules.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { isoOf } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Op, Props } from '../state/types.js';
import { created, liveByKey } from './entity.js';
import { filteredSource, readRoutes } from './plain.js';
import { checkScope, refusePrincipal, visible } from './roles.js';

const instant = z.iso.datetime({ offset: true });
const scheduleInfo = z.strictObject({
  startDateTime: instant.nullish(),
  recurrence: z.null().optional(),
  expiration: z
    .strictObject({
      type: z.enum(['noExpiration', 'afterDateTime', 'afterDuration']),
      endDateTime: instant.nullish(),
      duration: z.string().nullish(),
    })
    .refine((value) => value.type !== 'afterDateTime' || value.endDateTime, 'endDateTime')
    .refine(
      (value) => value.type !== 'afterDuration' || Duration.fromISO(value.duration ?? '').isValid,
      'duration',
    ),
});
const ticketInfo = z.strictObject({
  ticketNumber: z.string().nullish(),
  ticketSystem: z.string().nullish(),
});

const refuse = (code: string, message: string): GraphError => new GraphError(400, code, message);
const exists = () => refuse('RoleAssignmentExists', 'The Role assignment already exists.');
const missing = () => refuse('RoleAssignmentDoesNotExist', 'The Role assignment does not exist.');
const pending = () =>
  refuse('PendingRoleAssignmentRequest', 'There is already an existing pending Role assignment request.');

/** FACTS §4: actions of an administrator; those of the person itself need a signed-in person, whom the sandbox has not. */
function post(family: PimFamily): Route['handle'] {
  return (call) => {
    const kind = `${family}Request` as const;
    const props = checkBody(typeOf(kind), call.body, 'create');
    requireProperties(typeOf(kind), props, ['action', 'principalId', 'roleDefinitionId']);
    if (!props['directoryScopeId'] && !props['appScopeId'])
      throw badRequest('One of directoryScopeId and appScopeId is required.');
    checkNested(props);
    checkSubject(call, props);
    const outcome = decide(call, family, props);
    const requestId = call.core.newId();
    const stored: Props = {
      ...props,
      status: outcome.status,
      createdBy: {
        application: null,
        device: null,
        user: { displayName: null, id: call.servicePrincipal?.id ?? null },
      },
      targetScheduleId: outcome.scheduleId,
      ...(outcome.status === 'Granted' ? {} : { completedDateTime: isoOf(call.now) }),
    };
    if (props['isValidationOnly'] === true) {
      const draft: Entity = {
        id: requestId,
        kind,
        props: stored,
        createdAt: call.now,
        deletedAt: null,
        gone: false,
      };
      return created(call, draft);
    }
    const ops: Op[] = [{ op: 'create', kind, id: requestId, props: stored }];
    call.core.commit([...ops, ...outcome.ops(stored, requestId)], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [pimNote(call.state, outcome.activity, props)],
    });
    return created(call, call.state.find(requestId) as Entity);
  };
}

interface Outcome {
  readonly status: 'Provisioned' | 'Granted' | 'Revoked';
  readonly scheduleId: string;
  readonly activity: string;
  readonly ops: (request: Props, requestId: string) => Op[];
}

function decide(call: Call, family: PimFamily, props: Props): Outcome {
  const { state, core, now } = call;
  const schedule = scheduleFor(state, family, props);
  switch (props['action']) {
    case 'adminAssign': {
      if (schedule || (family === 'roleAssignmentSchedule' && assigned(call, props))) throw exists();
      if (waiting(call, family, props)) throw pending();
      if (!props['scheduleInfo']) throw malformed('scheduleInfo is required to assign.');
      if (endOf(props, now) <= now) throw refuse('ExpirationRule', 'The schedule ends before it starts.');
      refuseTooLong(call, family, props);
      const later = startOf(props, now) > now;
      return {
        status: later ? 'Granted' : 'Provisioned',
        scheduleId: core.newId(),
        activity: `Add ${noun[family]} member to role ${later ? 'requested' : 'completed'} (PIM)`,
        ops: (request, id) => (later ? [] : provisionOps(core, family, request, id)),
      };
    }
    case 'adminUpdate':
    case 'adminExtend':
    case 'adminRenew': {
      if (!schedule) throw missing();
      if (!props['scheduleInfo']) throw malformed('scheduleInfo is required to change a schedule.');
      refuseTooLong(call, family, props);
      const info = props['scheduleInfo'];
      return {
        status: 'Provisioned',
        scheduleId: schedule.id,
        activity: `Update ${noun[family]} member of role (PIM)`,
        ops: () => [
          { op: 'set', id: schedule.id, props: { scheduleInfo: info, modifiedDateTime: isoOf(now) } },
        ],
      };
    }
    case 'adminRemove':
      if (!schedule) throw missing();
      return {
        status: 'Revoked',
        scheduleId: schedule.id,
        activity: `Remove ${noun[family]} member from role completed (PIM)`,
        ops: () => endOps(state, schedule),
      };
    default:
      throw refuse(
        'InvalidAction',
        `The action '${String(props['action'])}' is not one that an application can request.`,
      );
  }
}

/** The role's own rule may ask for an end (FACTS §4 "PIM rules per role"). */
function refuseTooLong(call: Call, family: PimFamily, props: Props): void {
  const policy = policyIdOf(call.core.tenantId, String(props['roleDefinitionId']));
  const level = family === 'roleEligibilitySchedule' ? 'Eligibility' : 'Assignment';
  const [from, until] = [startOf(props, call.now), endOf(props, call.now)];
  if (!mayLast(call.state, policy, level, from, until))
    throw refuse(
      'RoleAssignmentRequestPolicyValidationFailed',
      'The following policy rules failed: ["ExpirationRule"]',
    );
}

const waiting = (call: Call, family: PimFamily, props: Props): boolean =>
  call.state
    .liveOf(`${family}Request`)
    .all()
    .some((request) => request.props['status'] === 'Granted' && sameSubject(request.props, props));

/** Held already, by an assignment that no schedule made. */
const assigned = (call: Call, props: Props): boolean =>
  call.state
    .liveOf('roleAssignment')
    .all()
    .some((known) => sameSubject(known.props, props));

function checkNested(props: Props): void {
  const parts = [
    ['scheduleInfo', scheduleInfo],
    ['ticketInfo', ticketInfo],
  ] as const;
  for (const [name, schema] of parts) {
    if (props[name] === undefined || props[name] === null) continue;
    const issue = schema.safeParse(props[name]).error?.issues[0];
    if (issue) throw malformed(`Invalid ${name}: ${[...issue.path.map(String), issue.message].join(' ')}`);
  }
}

function checkSubject(call: Call, props: Props): void {
  const principal = call.state.get(String(props['principalId']));
  if (!principal) throw notFound(String(props['principalId']));
  if (!call.state.get(String(props['roleDefinitionId']), 'roleDefinition'))
    throw notFound(String(props['roleDefinitionId']));
  refusePrincipal(principal);
  checkScope(call, props);
}

/** Only what still waits for its start can be taken back. */
function cancel(family: PimFamily): Route['handle'] {
  return (call): Answer => {
    const request = liveByKey(call, `${family}Request`, call.param('id'));
    if (request.props['status'] !== 'Granted')
      throw refuse(
        'InvalidRequestStatus',
        `A request that is ${String(request.props['status'])} cannot be canceled.`,
      );
    const props = { status: 'Canceled', completedDateTime: isoOf(call.now) };
    call.core.commit([{ op: 'set', id: request.id, props }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [pimNote(call.state, `Remove request for ${noun[family]} member (PIM)`, request.props)],
    });
    return noContent;
  };
}

/** What holds now: each schedule of a live principal, as an instance. */
function instancesOf(call: Call, family: PimFamily): Props[] {
  const shown = call.state.liveOf(family).all().filter(visible(call));
  return shown.map(({ id, props, createdAt }) => {
    const end = endOf(props, createdAt);
    return {
      id: Buffer.from(`${id}-e`).toString('base64url'),
      principalId: props['principalId'] ?? null,
      roleDefinitionId: props['roleDefinitionId'] ?? null,
      directoryScopeId: props['directoryScopeId'] ?? null,
      appScopeId: props['appScopeId'] ?? null,
      startDateTime: isoOf(startOf(props, createdAt)),
      endDateTime: end === Infinity ? null : isoOf(end),
      memberType: 'Direct',
      [`${family}Id`]: id,
      ...(family === 'roleAssignmentSchedule'
        ? { assignmentType: 'Assigned', roleAssignmentOriginId: id }
        : {}),
    };
  });
}

const instanceSet = (family: PimFamily): string => `roleManagement/directory/${family}Instances`;

const instances =
  (family: PimFamily): Route['handle'] =>
  (call) =>
    listItems(call, instanceSet(family), itemsOf(instancesOf(call, family)));

const countInstances =
  (family: PimFamily): Route['handle'] =>
  (call) => ({
    status: 200,
    body: Buffer.from(String(instancesOf(call, family).length)),
    headers: { 'content-type': 'text/plain' },
  });

function getInstance(family: PimFamily): Route['handle'] {
  return (call) => {
    const found = instancesOf(call, family).find(({ id }) => id === call.param('instance'));
    if (!found) throw notFound(call.param('instance'));
    return {
      status: 200,
      body: { '@odata.context': call.context(`${instanceSet(family)}/$entity`), ...found },
    };
  };
}

const base = '/roleManagement/directory';

export const pimRoutes: readonly Route[] = pimFamilies.flatMap((family): Route[] => {
  const right = family === 'roleEligibilitySchedule' ? 'RoleEligibilitySchedule' : 'RoleAssignmentSchedule';
  const writes = ['RoleManagement.ReadWrite.Directory', `${right}.ReadWrite.Directory`];
  const reads = ['RoleManagement.Read.Directory', `${right}.Read.Directory`, ...writes];
  const get = { method: 'GET' as Method, permissions: reads };
  return [
    ...readRoutes(`${base}/${family}s`, family, reads, {
      source: (call) => filteredSource(call, family, visible(call)),
    }),
    { ...get, pattern: `${base}/${family}Instances`, handle: instances(family) },
    { ...get, pattern: `${base}/${family}Instances/$count`, handle: countInstances(family) },
    { ...get, pattern: `${base}/${family}Instances/{instance}`, handle: getInstance(family) },
    ...readRoutes(`${base}/${family}Requests`, `${family}Request`, writes),
    { method: 'POST', pattern: `${base}/${family}Requests`, permissions: writes, handle: post(family) },
    {
      method: 'POST',
      pattern: `${base}/${family}Requests/{id}/cancel`,
      permissions: writes,
      handle: cancel(family),
    },
  ];
});
