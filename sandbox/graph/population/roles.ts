import type { PopulationBuilder } from './builder.js';
import type { Random } from './random.js';
import { builtInRoles } from './role-table.js';

/** Assigns built-in roles at tenant scope, in both forms that Graph shows: the assignment, and a member of the activated role. */
export class RoleSeeder {
  private readonly activated = new Map<string, string>();

  constructor(
    private readonly to: PopulationBuilder,
    private readonly random: Random,
    private readonly createdAt: number,
  ) {}

  assign(roleName: string, principalId: string): void {
    const role = builtInRoles.find(([, name]) => name === roleName);
    if (!role) throw new RangeError(`no built-in role is called '${roleName}'`);
    const [roleDefinitionId, displayName, description] = role;
    this.to.add(
      'roleAssignment',
      this.random.guid(),
      { principalId, roleDefinitionId, directoryScopeId: '/' },
      this.createdAt,
    );
    let roleId = this.activated.get(roleDefinitionId);
    if (roleId === undefined) {
      const props = { displayName, description, roleTemplateId: roleDefinitionId };
      roleId = this.to.add('directoryRole', this.random.guid(), props, this.createdAt);
      this.activated.set(roleDefinitionId, roleId);
    }
    this.to.link('member', roleId, principalId);
  }
}
