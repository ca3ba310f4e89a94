import { Duration } from 'luxon';
import { target, type Note, type TenantCore } from '../core.js';
import { isoOf } from '../schema/render.js';
import { roleAssignmentId } from './ids-of-bytes.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Actor, Entity, JsonValue, Op, Props } from '../state/types.js';

/** The two families of PIM for directory roles: who may activate a role, and who holds it for a time. */
export type PimFamily = 'roleEligibilitySchedule' | 'roleAssignmentSchedule';
export const pimFamilies: readonly PimFamily[] = ['roleEligibilitySchedule', 'roleAssignmentSchedule'];

const pim: Actor = { type: 'app', appId: null, displayName: 'MS-PIM', servicePrincipalId: null };

/** What a request and its schedule are about. */
export const sameSubject = (a: Props, b: Props): boolean =>
  ['principalId', 'roleDefinitionId', 'directoryScopeId', 'appScopeId'].every(
    (name) => (a[name] ?? null) === (b[name] ?? null),
  );

export function scheduleFor(state: TenantState, family: PimFamily, subject: Props): Entity | undefined {
  return state
    .liveOf(family)
    .all()
    .find((schedule) => sameSubject(schedule.props, subject));
}

/** First instant of a schedule, in milliseconds. */
export function startOf(props: Props, otherwise: number): number {
  const start = (props['scheduleInfo'] as Props | null | undefined)?.['startDateTime'];
  return typeof start === 'string' ? Date.parse(start) : otherwise;
}

/** End of a schedule in milliseconds; Infinity without one. */
export function endOf(props: Props, createdAt: number): number {
  const expiration = (props['scheduleInfo'] as Props | null | undefined)?.['expiration'] as Props | undefined;
  if (expiration?.['type'] === 'afterDateTime') return Date.parse(String(expiration['endDateTime']));
  if (expiration?.['type'] === 'afterDuration')
    return startOf(props, createdAt) + Duration.fromISO(String(expiration['duration'])).toMillis();
  return Infinity;
}

/** The activated directoryRole that lists a definition's holders for the whole tenant. */
function activated(state: TenantState, roleDefinitionId: JsonValue | undefined): Entity | undefined {
  return state
    .liveOf('directoryRole')
    .all()
    .find((role) => role.props['roleTemplateId'] === roleDefinitionId);
}

/** Puts a request into effect: its schedule, and for a held role the assignment that comes with it. */
export function provisionOps(core: TenantCore, family: PimFamily, request: Props, requestId: string): Op[] {
  const { principalId, roleDefinitionId, directoryScopeId, appScopeId, scheduleInfo } = request;
  const subject = Object.fromEntries(
    Object.entries({ principalId, roleDefinitionId, directoryScopeId, appScopeId }).filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  ) as Props;
  const id = String(request['targetScheduleId']);
  const isHeld = family === 'roleAssignmentSchedule';
  const ops: Op[] = [
    {
      op: 'create',
      kind: family,
      id,
      props: {
        ...subject,
        createdUsing: requestId,
        status: 'Provisioned',
        memberType: 'Direct',
        scheduleInfo: scheduleInfo ?? null,
        ...(isHeld ? { assignmentType: 'Assigned' } : {}),
      },
    },
  ];
  if (!isHeld) return ops;
  const assignments = core.state.liveOf('roleAssignment').all();
  if (!assignments.some((known) => sameSubject(known.props, subject)))
    ops.push({ op: 'create', kind: 'roleAssignment', id: roleAssignmentId(subject), props: subject });
  const role = activated(core.state, roleDefinitionId);
  const principal = String(principalId);
  if (role && directoryScopeId === '/' && !core.state.links.has('member', role.id, principal))
    ops.push({ op: 'link', kind: 'member', from: role.id, to: principal });
  return ops;
}

/** A schedule of this subject that ran out, or was ended: what can be renewed. */
export function hadSchedule(state: TenantState, family: PimFamily, subject: Props): boolean {
  return state
    .liveOf(`${family}Request`)
    .all()
    .some(({ props }) => props['status'] === 'Provisioned' && sameSubject(props, subject));
}

/** Ends a schedule, and with it the assignment that it held. */
export function endOps(state: TenantState, schedule: Entity): Op[] {
  const ops: Op[] = [{ op: 'purge', id: schedule.id }];
  if (schedule.kind !== 'roleAssignmentSchedule') return ops;
  for (const held of state.liveOf('roleAssignment').all())
    if (sameSubject(held.props, schedule.props)) ops.push({ op: 'purge', id: held.id });
  const role = activated(state, schedule.props['roleDefinitionId']);
  const principal = String(schedule.props['principalId']);
  if (role && schedule.props['directoryScopeId'] === '/' && state.links.has('member', role.id, principal))
    ops.push({ op: 'unlink', kind: 'member', from: role.id, to: principal });
  return ops;
}

export function pimNote(state: TenantState, activity: string, subject: Props): Note {
  const about = [subject['principalId'], subject['roleDefinitionId']].map((id) => state.find(String(id)));
  return {
    activity,
    operation: /remove|expired/i.test(activity) ? 'Unassign' : 'Assign',
    targets: about.flatMap((entity) => (entity ? [target(entity)] : [])),
  };
}

/** How long a request that was taken back can still be read. */
const canceledFor = 30 * 24 * 3600 * 1000;

/** What falls due as the clock passes: requests that waited for their start, schedules that end, requests taken back. */
export function followPim(core: TenantCore, now: number): void {
  const { state } = core;
  for (const family of pimFamilies) {
    for (const request of [...state.liveOf(`${family}Request`).all()]) {
      const at = Date.parse(String(request.props['completedDateTime'])) + canceledFor;
      if (request.props['status'] === 'Canceled' && at <= now)
        core.commit([{ op: 'purge', id: request.id }], { actor: pim, at });
    }
    for (const request of [...state.liveOf(`${family}Request`).all()]) {
      const at = startOf(request.props, now);
      if (request.props['status'] !== 'Granted' || at > now) continue;
      const gone = !state.get(String(request.props['principalId']));
      const ops: Op[] = gone ? [] : provisionOps(core, family, request.props, request.id);
      const props = { status: gone ? 'Failed' : 'Provisioned', completedDateTime: isoOf(at) };
      core.commit([...ops, { op: 'set', id: request.id, props }], {
        actor: pim,
        at,
        notes: [pimNote(state, `Add ${noun[family]} member to role completed (PIM)`, request.props)],
      });
    }
    for (const schedule of [...state.liveOf(family).all()]) {
      const at = endOf(schedule.props, schedule.createdAt);
      if (at > now) continue;
      core.commit(endOps(state, schedule), {
        actor: pim,
        at,
        notes: [pimNote(state, `Remove ${noun[family]} member from role (PIM, expired)`, schedule.props)],
      });
    }
  }
}

export const noun: Readonly<Record<PimFamily, string>> = {
  roleEligibilitySchedule: 'eligible',
  roleAssignmentSchedule: 'timed',
};
