import { describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { startTenant, type Body } from './harness.js';
import { newUser, ref, security } from './scene.js';

const contract = loadContract(findContractDir());
const atHand = contract !== null;
if (!atHand)
  console.warn(
    'SKIPPED: no contract data (CONTRACT_DIR); the answers of the simulated tenant are not validated.',
  );

const lists = [
  '/users',
  '/users?$select=id,accountEnabled,ageGroup,assignedLicenses,assignedPlans,city,companyName,createdDateTime,department,employeeHireDate,employeeId,employeeOrgData,employeeType,externalUserState,faxNumber,identities,imAddresses,lastPasswordChangeDateTime,licenseAssignmentStates,mailNickname,onPremisesSyncEnabled,onPremisesExtensionAttributes,otherMails,passwordPolicies,proxyAddresses,securityIdentifier,usageLocation,userType&$expand=manager($select=id)',
  '/users/delta?$select=displayName,manager',
  '/groups',
  '/groups?$select=id,assignedLabels,assignedLicenses,licenseProcessingState,isManagementRestricted,uniqueName',
  '/groups/delta?$select=displayName,members,owners',
  '/directory/deletedItems/microsoft.graph.user',
  '/directory/deletedItems/microsoft.graph.group',
  '/roleManagement/directory/roleDefinitions',
  '/roleManagement/directory/roleAssignments?$expand=principal',
  '/directoryRoles',
  '/identity/conditionalAccess/policies',
  '/identity/conditionalAccess/namedLocations',
  '/identity/conditionalAccess/deletedItems/policies',
  '/applications',
  '/servicePrincipals',
  '/policies/authenticationMethodsPolicy',
  '/policies/authorizationPolicy',
  '/policies/identitySecurityDefaultsEnforcementPolicy',
  '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass',
  '/organization',
  '/domains',
  '/subscribedSkus',
  '/auditLogs/directoryAudits?$top=50',
];

(atHand ? describe : describe.skip)("against Microsoft's description", () => {
  test('no answer of the demo tenant departs from it, nor does a request of these', async () => {
    const client = await startTenant({
      population: 'story',
      at: Date.parse('2026-11-21T09:50:00+01:00'),
      contract,
    });
    for (const path of lists) expect([path, (await client.get(path)).status]).toEqual([path, 200]);
    const ada = (await client.post('/users', newUser('ada', { userPrincipalName: 'ada@contoso.example' })))
      .body;
    const group = (await client.post('/groups', security('readers'))).body;
    const steps: readonly [string, string, Body?][] = [
      ['POST', `/groups/${group.id}/members/$ref`, ref(ada.id)],
      ['GET', `/groups/${group.id}/members`],
      ['GET', `/groups/${group.id}/transitiveMembers`],
      ['GET', `/users/${ada.id}/memberOf`],
      ['POST', `/users/${ada.id}/checkMemberGroups`, { groupIds: [group.id] }],
      ['POST', '/directoryObjects/getByIds', { ids: [ada.id, group.id] }],
      ['PATCH', `/users/${ada.id}`, { department: 'X', businessPhones: ['1'] }],
      ['POST', `/users/${ada.id}/authentication/temporaryAccessPassMethods`, { lifetimeInMinutes: 60 }],
      ['GET', `/users/${ada.id}/authentication/methods`],
      ['POST', `/users/${ada.id}/revokeSignInSessions`],
      ['DELETE', `/users/${ada.id}`],
      ['POST', `/directory/deletedItems/${ada.id}/restore`, { autoReconcileProxyConflict: true }],
      ['GET', `/users/nobody`],
    ];
    for (const [method, path, body] of steps)
      expect((await client.send(method, path, body)).status).toBeLessThanOrEqual(404);
    const { violations } = client.tenant.stats();
    expect(violations.map((one) => `${one.direction} ${one.method} ${one.path}: ${one.text}`)).toEqual([]);
  });
});
