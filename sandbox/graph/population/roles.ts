import { roleAssignmentId } from '../rules/ids-of-bytes.js';
import type { PopulationBuilder } from './builder.js';
import type { Random } from './random.js';
import { builtInRoles } from './role-table.js';

/** Assigns built-in roles, in both forms that Graph shows: the assignment, and for the whole tenant a member of the activated role. */
export class RoleSeeder {
  private readonly activated = new Map<string, string>();

  constructor(
    private readonly to: PopulationBuilder,
    private readonly random: Random,
    private readonly createdAt: number,
  ) {}

  /** @param unitId  of the administrative unit that it is for; otherwise it is for the whole tenant */
  assign(roleName: string, principalId: string, unitId?: string): void {
    const [roleDefinitionId, displayName, description] = builtInRole(roleName);
    const directoryScopeId = unitId === undefined ? '/' : `/administrativeUnits/${unitId}`;
    const props = { principalId, roleDefinitionId, directoryScopeId };
    // Drawn for nothing, so that a seed gives everything else the ids that it always gave.
    this.random.guid();
    this.to.add('roleAssignment', roleAssignmentId(props), props, this.createdAt);
    let roleId = this.activated.get(roleDefinitionId);
    if (roleId === undefined) {
      const role = { displayName, description, roleTemplateId: roleDefinitionId };
      roleId = this.to.add('directoryRole', this.random.guid(), role, this.createdAt);
      this.activated.set(roleDefinitionId, roleId);
    }
    if (unitId === undefined) this.to.link('member', roleId, principalId);
  }

  /** Lets somebody activate a role when it is needed (PIM). */
  makeEligible(roleName: string, principalId: string): void {
    const [roleDefinitionId] = builtInRole(roleName);
    this.to.add(
      'roleEligibilitySchedule',
      this.random.guid(),
      {
        principalId,
        roleDefinitionId,
        directoryScopeId: '/',
        createdUsing: this.random.guid(),
        status: 'Provisioned',
        memberType: 'Direct',
        scheduleInfo: {
          startDateTime: new Date(this.createdAt).toISOString(),
          recurrence: null,
          expiration: { type: 'noExpiration', endDateTime: null, duration: null },
        },
      },
      this.createdAt,
    );
  }
}

function builtInRole(name: string): (typeof builtInRoles)[number] {
  const role = builtInRoles.find(([, known]) => known === name);
  if (!role) throw new RangeError(`no built-in role is called '${name}'`);
  return role;
}
