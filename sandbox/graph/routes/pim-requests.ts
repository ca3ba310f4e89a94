import { withUsualExpiration } from '../../spelling.js';
import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, GraphError, malformed } from '../http/errors.js';
import type { Route } from '../http/router.js';
import {
  endOf,
  endOps,
  hadSchedule,
  noun,
  pimNote,
  provisionOps,
  sameSubject,
  scheduleFor,
  startOf,
  type PimFamily,
} from '../rules/pim.js';
import { brokenRules, policyIdOf } from '../rules/pim-rules.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { isoOf } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Op, Props } from '../state/types.js';
import { created, liveByKey } from './entity.js';
import { checkScope, refusePrincipal } from './roles.js';

/**
 * Codes as the reference page of PIM's older requests lists them. Texts on record: of what exists
 * (hashicorp/terraform-provider-azuread issue 1306, Microsoft365DSC issue 5532) and RoleNotFound's code (azuread issue 1356); of what
 * does not exist, waits or breaks a rule in public code that quotes PIM. Those of SubjectNotFound, RoleNotFound and InvalidAction are
 * guesses.
 */
const refuse = (code: string, message: string): GraphError => new GraphError(400, code, message);
const exists = () => refuse('RoleAssignmentExists', 'The Role assignment already exists.');
const missing = () => refuse('RoleAssignmentDoesNotExist', 'The Role assignment does not exist.');
const pending = () =>
  refuse('PendingRoleAssignmentRequest', 'There is already an existing pending Role assignment request.');

const brokenRule = (rules: readonly string[]) =>
  refuse(
    'RoleAssignmentRequestPolicyValidationFailed',
    `The following policy rules failed: ${JSON.stringify(rules)}`,
  );

/** FACTS §4: actions of an administrator; those of the person itself need a signed-in person, which an application is not. */
export function postRequest(family: PimFamily): Route['handle'] {
  return (call) => {
    const kind = `${family}Request` as const;
    const props = checkBody(typeOf(kind), withUsualExpiration(call.body), 'create');
    requireProperties(typeOf(kind), props, ['action', 'principalId', 'roleDefinitionId']);
    if (!props['directoryScopeId'] && !props['appScopeId'])
      throw badRequest('One of directoryScopeId and appScopeId is required.');
    checkSchedule(props);
    checkSubject(call, family, props);
    fillStart(call, props);
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
  const { state, now } = call;
  const schedule = scheduleFor(state, family, props);
  const action = props['action'];
  switch (action) {
    case 'adminAssign':
      if (schedule || (family === 'roleAssignmentSchedule' && assigned(call, props))) throw exists();
      return give(call, family, props);
    case 'adminRenew':
      if (schedule) throw exists();
      if (!hadSchedule(state, family, props)) throw missing();
      return give(call, family, props);
    case 'adminUpdate':
    case 'adminExtend': {
      if (!schedule) throw missing();
      judge(call, family, props);
      if (action === 'adminExtend' && endOf(props, now) <= endOf(schedule.props, schedule.createdAt))
        throw brokenRule(['ExpirationRule']);
      const scheduleInfo = props['scheduleInfo'] ?? null;
      return {
        status: 'Provisioned',
        scheduleId: schedule.id,
        activity: `Update ${noun[family]} member of role (PIM)`,
        ops: () => [{ op: 'set', id: schedule.id, props: { scheduleInfo, modifiedDateTime: isoOf(now) } }],
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
        `The action '${String(action)}' is not one that an application can request.`,
      );
  }
}

/** A new schedule, now or from its start on. */
function give(call: Call, family: PimFamily, props: Props): Outcome {
  const { core, now } = call;
  if (waiting(call, family, props)) throw pending();
  judge(call, family, props);
  const later = startOf(props, now) > now;
  return {
    status: later ? 'Granted' : 'Provisioned',
    scheduleId: core.newId(),
    activity: `Add ${noun[family]} member to role ${later ? 'requested' : 'completed'} (PIM)`,
    ops: (request, id) => (later ? [] : provisionOps(core, family, request, id)),
  };
}

/** What a request for a schedule must hold, and the role's own rules (FACTS §4 "PIM rules per role"). */
function judge(call: Call, family: PimFamily, props: Props): void {
  if (!props['scheduleInfo']) throw malformed('scheduleInfo is required.');
  const [from, until] = [startOf(props, call.now), endOf(props, call.now)];
  if (until <= Math.max(from, call.now)) throw brokenRule(['ExpirationRule']);
  const broken = brokenRules(call.state, policyIdOf(call.core.tenantId, String(props['roleDefinitionId'])), {
    level: family === 'roleEligibilitySchedule' ? 'Eligibility' : 'Assignment',
    from,
    until,
    justification: props['justification'],
    ticketInfo: props['ticketInfo'],
  });
  if (broken.length > 0) throw brokenRule(broken);
}

/** The service writes the start down where none was sent. */
function fillStart(call: Call, props: Props): void {
  const info = props['scheduleInfo'] as Props | null | undefined;
  if (info && !info['startDateTime']) props['scheduleInfo'] = { ...info, startDateTime: isoOf(call.now) };
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

/** What the types alone do not say: the kind of an end decides what must come with it. */
function checkSchedule(props: Props): void {
  const info = props['scheduleInfo'] as Props | null | undefined;
  if (!info) return;
  if (info['recurrence']) throw malformed('Invalid scheduleInfo: recurrence is not supported.');
  const expiration = info['expiration'] as Props | null | undefined;
  const needed: Readonly<Record<string, string | null>> = {
    noExpiration: null,
    afterDateTime: 'endDateTime',
    afterDuration: 'duration',
  };
  const member = needed[String(expiration?.['type'])];
  if (member === undefined) throw malformed('Invalid scheduleInfo: expiration needs a type.');
  if (member !== null && !expiration?.[member])
    throw malformed(`Invalid scheduleInfo: an expiration ${String(expiration?.['type'])} needs ${member}.`);
}

function checkSubject(call: Call, family: PimFamily, props: Props): void {
  const principal = call.state.get(String(props['principalId']));
  if (!principal) throw refuse('SubjectNotFound', 'The subject is not found.');
  if (!call.state.get(String(props['roleDefinitionId']), 'roleDefinition'))
    throw refuse('RoleNotFound', 'The role is not found.');
  refusePrincipal(principal);
  // The description of principalId: an application is assigned, never eligible, as it cannot activate.
  if (family === 'roleEligibilitySchedule' && principal.kind === 'servicePrincipal')
    throw badRequest('A service principal cannot be made eligible for a role.');
  checkScope(call, props);
}

/** Only what still waits for its start can be taken back. */
export function cancelRequest(family: PimFamily): Route['handle'] {
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
