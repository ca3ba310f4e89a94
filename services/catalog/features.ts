import type { Catalog, TypePermissions } from './spec.js';

/** One thing the product can do with a set of granted application permissions (SPEC T2). */
export interface Feature {
  readonly name: string;
  /** Sentence without a full stop: what does not work without it. */
  readonly without: string;
  /** 'read' features belong to the backup, the others to restoring. */
  readonly side: 'read' | 'restore';
  /** One of every entry is needed; the first of each is the least one and the one to ask for. */
  readonly needs: TypePermissions['read'];
}

export interface DisabledFeature extends Feature {
  /** The least permission per missing entry. */
  readonly missing: readonly string[];
}

/** Features that no single type owns: what a plan reads to know what it gives, and credentials. */
const OTHERS: readonly Feature[] = [
  {
    name: 'Know who holds directory roles',
    without: 'what a plan gives cannot be told from roles, so it takes two approvers',
    side: 'read',
    needs: [
      ['RoleManagement.Read.Directory', 'RoleManagement.Read.All', 'RoleManagement.ReadWrite.Directory'],
    ],
  },
  {
    name: 'Know which groups Conditional Access uses',
    without: 'what a plan gives cannot be told from policies, so it takes two approvers',
    side: 'read',
    needs: [['Policy.Read.All', 'Policy.Read.ConditionalAccess', 'Policy.ReadWrite.ConditionalAccess']],
  },
  {
    name: 'Know which applications a group gives',
    without: 'a plan cannot name the applications that a membership gives',
    side: 'read',
    needs: [['Directory.Read.All', 'AppRoleAssignment.ReadWrite.All']],
  },
  {
    name: 'Know the name of the tenant',
    without: 'the tenant is shown by its id',
    side: 'read',
    needs: [['Organization.Read.All', 'Directory.Read.All', 'Organization.ReadWrite.All']],
  },
  {
    name: 'Know who may have a Temporary Access Pass',
    without: 'a recreated user is handed a password instead of a pass',
    side: 'read',
    needs: [['Policy.Read.AuthenticationMethod', 'Policy.Read.All', 'Policy.ReadWrite.AuthenticationMethod']],
  },
  {
    name: 'Issue a Temporary Access Pass',
    without: 'a recreated user is handed a password instead of a pass',
    side: 'restore',
    needs: [['UserAuthMethod-TAP.ReadWrite.All', 'UserAuthenticationMethod.ReadWrite.All']],
  },
  {
    name: 'Reset a password',
    without: 'a lost one-time password cannot be replaced here',
    side: 'restore',
    needs: [['User-PasswordProfile.ReadWrite.All', 'Directory.ReadWrite.All']],
  },
  {
    name: 'Revoke sessions',
    without: 'a restore with sign-in blocked leaves sessions that are open to run out',
    side: 'restore',
    needs: [['User.RevokeSessions.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All']],
  },
];

/** All features in the order they are told. */
export function featuresOf(catalog: Catalog): readonly Feature[] {
  const types = catalog.types.flatMap((type): Feature[] => [
    {
      name: `Back up ${type.plural}`,
      without: `${type.plural} are not backed up`,
      side: 'read',
      needs: type.permissions.read,
    },
    {
      name: `Restore ${type.plural}`,
      without: `${type.plural} can be shown and compared, not restored`,
      side: 'restore',
      needs: type.permissions.restore,
    },
  ]);
  const links = catalog.links.flatMap((link): Feature[] => [
    {
      name: `Back up ${link.label}s`,
      without: `${link.label}s are not backed up`,
      side: 'read',
      needs: link.permissions.read,
    },
    {
      name: `Restore ${link.label}s`,
      without: `${link.label}s can be shown and compared, not restored`,
      side: 'restore',
      needs: link.permissions.restore,
    },
  ]);
  return [...types, ...links, ...OTHERS];
}

/** What these granted application permissions leave out. */
export function disabledFeatures(catalog: Catalog, granted: ReadonlySet<string>): readonly DisabledFeature[] {
  return featuresOf(catalog).flatMap((feature) => {
    const missing = feature.needs
      .filter((alternatives) => !alternatives.some((permission) => granted.has(permission)))
      .map(([least]) => least)
      .filter((least) => least !== undefined);
    return missing.length > 0 ? [{ ...feature, missing }] : [];
  });
}
