import type { Call } from '../http/call.js';

const writeAll = ['User.ReadWrite.All', 'Directory.ReadWrite.All'];

/** Properties that a narrower permission covers, or that the broad one does not (FACTS §1). */
const scoped: Readonly<Record<string, readonly string[]>> = {
  passwordProfile: ['User-PasswordProfile.ReadWrite.All', 'Directory.AccessAsUser.All'],
  businessPhones: ['User-Phone.ReadWrite.All', ...writeAll],
  mobilePhone: ['User-Phone.ReadWrite.All', ...writeAll],
  otherMails: ['User-Mail.ReadWrite.All', ...writeAll],
  accountEnabled: ['User.EnableDisableAccount.All', ...writeAll],
  identities: ['User.ManageIdentities.All'],
  employeeLeaveDateTime: ['User-LifeCycleInfo.ReadWrite.All'],
  customSecurityAttributes: ['CustomSecAttributeAssignment.ReadWrite.All'],
};

export function permissionsForUserProperty(name: string): readonly string[] {
  return scoped[name] ?? writeAll;
}

const extraToRead: Readonly<Record<string, readonly string[]>> = {
  customSecurityAttributes: [
    'CustomSecAttributeAssignment.Read.All',
    'CustomSecAttributeAssignment.ReadWrite.All',
  ],
  employeeLeaveDateTime: ['User-LifeCycleInfo.Read.All', 'User-LifeCycleInfo.ReadWrite.All'],
  signInActivity: ['AuditLog.Read.All'],
};

/** @throws GraphError 403 when $select names a property whose own permission is missing */
export function allowedToRead(call: Call): void {
  for (const name of call.query.select ?? []) {
    const needed = extraToRead[name];
    if (needed) call.require(needed);
  }
}
