import { linesOf } from './behaviour.js';
import type { Behaviour } from './behaviour.js';

const graph = linesOf('Graph', 'graph/');
const beside = linesOf('Graph', '');

/** What the tenant does of Microsoft Graph. */
export const GRAPH: readonly Behaviour[] = [
  graph(
    'Every request and every answer is held against the published OpenAPI and CSDL; violations are counted by client',
    'schema; FACTS §16.2',
    'contract',
    'Only where the description is at hand (CONTRACT_DIR); /beta is judged by v1.0 with further properties allowed',
  ),
  graph(
    'Error bodies, request ids, dates without zone, headers of a success, Location of a 201, the challenge of a 401',
    'FACTS §13, §16.1, §18; Microsoft’s page on authentication parameters',
    'facts-errors',
  ),
  graph(
    'Default sets and $select, paging in order of userPrincipalName with opaque tokens, $filter, $orderby, $search, $count, $expand of 20',
    'FACTS §1, §2, §12',
    'facts-querying',
    'Advanced queries read the present state: their index never lags unless listLag is set',
  ),
  graph(
    'Users: required, read-only, clearable and separately written properties, unique names, verified domains, sensitive properties of administrators, manager',
    'FACTS §1',
    'facts-users',
    'Values of schema extensions are kept as sent, unjudged by their declaration',
  ),
  graph(
    'Groups of every kind, references with their exact refusals, 20 binds all or none, dynamic rules, role-assignable groups, nesting, last owner',
    'FACTS §2',
    'facts-groups',
    'A dynamic rule is applied within the same request, not after minutes',
  ),
  graph(
    'Deletion, recycle bin with the prefixed name, what each type brings back, what has no bin, restore with conflicts, purge after 30 days, latent links, the old behaviour of security groups as a switch',
    'FACTS §0, §10',
    'facts-deleted-items',
  ),
  graph(
    'Delta of every type that has one: latest, replay, removed and changed, minimal, large groups over pages with others between, empty pages, 50 ids, seven days, 410 with Location; reported oddities as switches',
    'FACTS §10, §11',
    'facts-delta',
    'Changes are seen at once unless deltaLag is set; a page of groups holds 1,000 links, which is an assumption',
  ),
  graph(
    'Delta over directory objects of chosen types, with one token; the logo of an application with the address that follows it',
    'FACTS §5, §11; schema',
    'facts-directory-delta',
    'The types come one after the other; the 100 KB of a logo are a guess',
  ),
  graph(
    '$batch: 20 items, dependsOn and 424, answers in another order, each item with its own headers, refused and throttled on its own, bytes in base64',
    'FACTS §12',
    'facts-batch',
    'A batch may mix what depends and what does not; the service asks for all in a row or none',
  ),
  graph(
    'Resource units of each request, write and special buckets by size of the tenant, headers, Retry-After, retries that come too early; each item of a batch on its own',
    'FACTS §14, §16.10; units, roles and methods count like the rest, which is a guess',
    'facts-throttling',
    'Limits of requests at a time are never met, as each is answered in one go; x-ms-throttle-priority changes nothing; an application’s limits over all tenants lie above what one tenant lets through',
  ),
  graph(
    'Requests, resource units and writes are counted, so that a budget of a backup or a restore can be held against it',
    'FACTS §16.14, §17',
    'facts-budget',
  ),
  graph(
    'Faults by name, in the middle of a run too: throttling, 5xx before and after the write, two writers at once, cut connections, lags, expired tokens, removed permissions; with each code of Graph’s; the same in every run of a seed',
    'FACTS §12, §13, §16.10',
    'facts-faults',
    'A lag is a span on the sandbox clock; how long the real ones are is not documented',
  ),
  graph(
    'A seeded tenant of any size with departments, offices, nested groups, a few groups of tens of thousands, guests, synced people and administrators; from a hundred people on a unit for each office with a helpdesk of its own, an eligible role and Conditional Access',
    'FACTS §16.14; the shares are a guess',
    'population',
  ),
  graph(
    'A page of a list is copied together from what its objects read as; one that is asked for again is kept until something changes, and what was judged is not judged twice',
    'our own invariants',
    'rendered',
  ),
  graph(
    'Role definitions and assignments, eligible and active schedules, Conditional Access and its recycle bin, applications and service principals, app roles, authentication methods, Temporary Access Pass, directory audit',
    'FACTS §4, §5, §6, §8, §15',
    'facts-roles-and-apps',
    'Nobody signs in, so those logs are empty',
  ),
  graph(
    'Conditional Access: what a policy must hold and may name, named locations by type, none deleted while a policy names it and none lost by a restore; security defaults beside it',
    'FACTS §0, §6',
    'facts-conditional-access',
    'The numbers in front of refusals but 1007 and 1040, the sentence behind 1040 but for locations, and that a policy waits in the bin for its location, are guesses; terms of use and the @odata.context of an authentication strength are not there',
  ),
  graph(
    'Licences with usage location and free units, photos in bytes, administrative units, consent grants',
    'FACTS §3, §5, §7, §9',
    'facts-licences-photos-units',
    'Pictures are not scaled, so every size answers the same bytes',
  ),
  graph(
    'PIM: requests of an administrator with their states, schedules and instances, starts and ends on the sandbox clock; the role’s rules of expiration, justification and ticket; the licence it takes',
    'FACTS §4',
    'facts-pim',
    'Activating an eligible role, approval and a second factor are for people, whom an application is not; which rules an update must meet, and the texts of SubjectNotFound, RoleNotFound and InvalidAction, are guesses',
  ),
  graph(
    'Licences by group: 202, then handed out on the sandbox clock, errors of the count, reprocessing',
    'FACTS §7',
    'facts-group-licences',
    'Handed out after five seconds; conflicts between plans are not judged',
  ),
  graph(
    'Registration report, Secure Score, scoped roles of administrative units, directory extensions',
    'FACTS §1, §3, §8',
    'facts-reports',
    'The score’s controls and its past are guesses; devices, contacts and sponsors can be read, and are empty',
  ),
  graph(
    'What the other tables leave out, fact by fact: lengths, read-only and separately written properties, kinds that are not created, switches between kinds, reserved identifiers, references of policies, methods by type, what only people may do, applications without an end in the bin',
    'FACTS §1, §2, §4, §5, §6, §8, §10, §12',
    'facts-audit',
  ),
  graph(
    'Users, sentence by sentence: everything that a backup selects, everything writable at create and later, read-only properties and lengths one by one, synced and federated users, extensions, manager',
    'FACTS §1',
    'facts-users-each',
  ),
  graph(
    'Groups and units, sentence by sentence: kinds, role-assignable groups, properties set once or by people only, who can be a member, units whose members follow a rule',
    'FACTS §2, §3',
    'facts-groups-each',
    'A dynamic rule asks for no P1',
  ),
  graph(
    'Roles, sentence by sentence: what is activated and what is a template, who can be assigned, custom definitions, instances of a group’s members; ids made of role, principal and unit',
    'FACTS §4; ids on Microsoft’s pages on roleAssignmentScheduleInstances and roleEligibilityScheduleInstances, taken apart',
    'facts-roles-each',
    'A role held without PIM shows in the assignments, not in the schedules; the ids of assignments to an object or by an application’s scope, and of instances of a group’s members, are a guess',
  ),
  graph(
    'Applications and service principals, sentence by sentence: what is never chosen, what is set once, managed identities, app roles and grants',
    'FACTS §5',
    'facts-applications-each',
  ),
  graph(
    'The organization and its licences, sentence by sentence: disabled plans, licences for the company, none left',
    'FACTS §6, §7',
    'facts-licences-each',
  ),
  graph(
    'Authentication methods, sentence by sentence: what cannot be made, types, phones and e-mail out of the bin, Temporary Access Pass',
    'FACTS §8',
    'facts-authentication-each',
  ),
  graph(
    'Members of restricted-management units are changed only by a role at the scope of the unit; isManagementRestricted; half an hour more after the unit',
    'FACTS §2, §3',
    'facts-restricted-units',
    'The permission is asked for beside the role; which roles manage which kind, and that authentication methods stay open, are guesses',
  ),
  graph(
    'Directory_QuotaExceeded: objects of the tenant with bin and quarter weight, policies, owners, units, app roles, custom roles, role-assignable groups, dynamic groups and units',
    'FACTS §2, §10, §13',
    'facts-quota',
    'The 250 objects of a creator are for people without an admin role, and no caller is one; the sentence is on record for the objects of a tenant (Microsoft’s list of Azure AD Graph’s errors, AADSTS90093 in public threads), for the other limits it is a guess',
  ),
  graph(
    'Certificates name and date themselves, secrets are told once, optional claims are filled in, an application may be too large',
    'FACTS §5, §13, §18',
    'facts-credentials',
    'The limit of 1,200 entries is a guess, that of 600 keys on record (microsoft-graph-docs issue 21469)',
  ),
  graph(
    'addKey and removeKey of an application: the proof of possession with its claims, its ten minutes and both audiences, by RS256 and PS256; open to the application itself without a permission',
    'FACTS §5; Microsoft’s pages on addKey and on proof of possession tokens; the 401 in microsoft-graph-docs issues 10686, 14626 and 22076',
    'facts-key-rolling',
    'Certificates to verify with alone, no X509CertAndPassword; those of service principals are written by PATCH; the sentence for a key that is not there is a guess',
  ),
  graph(
    'Bodies are refused for what is wrong inside them: unknown members, types, enumerations and null where there is none, to any depth; the policies of which a tenant has one and the rules of PIM too',
    'FACTS §16.2; schema',
    'facts-strictness',
    'That a list inside a body does not take null is read out of OData, not seen',
  ),
  graph(
    'Settings of groups with their templates, the life of Microsoft 365 groups by policy, invitations, custom security attributes with definitions, activated roles, PIM rules, objects made inside a unit, photos of groups, DELETE without /$ref takes the object',
    'FACTS §1, §2, §3, §4, §9; schema',
    'facts-settings',
    'Settings bind the people who make and name groups, not administrators and applications, so here they bind nobody; no group renews itself by being used; what an invitation answers is on record, what it fills in of the account is a guess',
  ),
  graph(
    'Every path and method of the described part of Graph is served or stands in a list with its reason; every read under /v1.0 and /beta answers as described',
    'FACTS §16.2; schema',
    'slice',
    'What a person alone may ask for is refused; templates of Conditional Access are two of many',
  ),
  graph(
    'Roles, schedules, licences of groups, units, applications, grants, Conditional Access: whatever is written, nothing dangles, units of licences add up, delta equals the full read',
    'our own invariants',
    'walks',
  ),
  graph(
    'Application permissions are assignments to app roles of Microsoft Graph, whose service principal offers them with Microsoft’s own ids: granted and taken over Graph or by the control, shown from both ends, carried by the next token, told by the directory audit',
    'FACTS §5, §15; names and ids from microsoftgraph/microsoft-graph-devx-content',
    'facts-consent',
    'Microsoft Graph offers the permissions of the described part, not all of its own, with texts of ours; that a role for applications is refused to people with the text for an unknown one is a guess',
  ),
  graph(
    'Permissions of each path by a table of our own, which takes what Microsoft lists for it and nothing else; second permissions, OwnedBy; directory roles of the application where Graph asks for them',
    'FACTS §1, §2, §5, §6, §15; schema',
    'facts-permissions',
    'Delegated access is not there: every caller is an application; the narrow permissions to read an object show as much of it as the broad ones',
  ),
  graph(
    'Objects by another key: users by userPrincipalName, groups by uniqueName, applications by appId and uniqueName, service principals by appId, devices by deviceId; what is missing is made by a PATCH that prefers so',
    'FACTS §16.13; schema; Microsoft’s pages on upsert',
    'facts-keys',
    '$expand takes names, not *',
  ),
  graph(
    '$metadata under both versions, without a token, as OData’s XML',
    'schema',
    'metadata',
    'It is the described part of v1.0, under /beta too, without annotations; numbers of enumerations are counted, not Microsoft’s; where the description is not at hand it is a 404, whose words are a guess',
  ),
  graph(
    'Objects at the end of a link that the caller may not read are told by type and id alone; hidden memberships of groups and units by Member.Read.Hidden',
    'FACTS §1; Microsoft’s page on permissions; microsoft-graph-docs issues 12285, 12552',
    'facts-limited',
    'Manager, direct reports and what $expand brings are shown whole; that hidden members are told by type and id, not refused, is a guess',
  ),
  graph(
    'Whatever is written: names stay unique, no link dangles, a replica by delta equals the full read, a restart finds the same tenant',
    'our own invariants',
    'invariants',
  ),
  graph('The demo tenant: people, groups, two weeks of changes, this morning’s script', 'STORY §3', 'story'),
  graph(
    'Clients that nobody here wrote work unmodified (test/clients): Microsoft’s for JavaScript and Python, hamilton for Go; the forms of paths and bodies that they use',
    'what those clients send',
    'other-clients',
  ),
  graph(
    'What was recorded, one case for each sentence: Location by type, keys in a 404, default sets among members, owners of what is created, ids of grants, names with signs in them, lists that come back turned round (a switch)',
    'FACTS §16.13, §18',
    'facts-recorded',
  ),
  graph(
    'Photos: metadata, the nine sizes, both ways to write, 4 MB, base64 in a batch, not in delta',
    'FACTS §9',
    'facts-photos',
    'Every size answers the same bytes; a user without a mailbox has the nine sizes, too',
  ),
  graph(
    'What people recorded of keys, paths, the bin and batches: status, code, sentence and details, each with the thread where it stands',
    'public threads and files, named case by case',
    'public-answers-paths',
    'Cache-Control, Strict-Transport-Security, Vary and x-ms-ags-diagnostic are not sent',
  ),
  graph(
    'What people recorded of users, invitations and photos, each with the thread where it stands',
    'public threads and files, named case by case',
    'public-answers-users',
    'A picture too small is taken',
  ),
  graph(
    'What people recorded of groups, members, owners and units, each with the thread where it stands',
    'public threads and files, named case by case',
    'public-answers-groups',
    'A new Microsoft 365 group never gets its name as description',
  ),
  graph(
    'What people recorded of licences, each with the thread where it stands',
    'public threads and files, named case by case',
    'public-answers-licences',
  ),
  graph(
    'What people recorded of applications, service principals, assignments and grants, each with the thread where it stands',
    'public threads and files, named case by case',
    'public-answers-applications',
    'Identifiers of applications are judged by their host alone',
  ),
  graph(
    'What people recorded of roles and PIM, each with the thread where it stands',
    'public threads and files, named case by case',
    'public-answers-roles',
    'PIM refuses a missing permission as the directory does (FACTS §13), not in its own words',
  ),
  graph(
    'What people recorded of Conditional Access, each with the thread where it stands',
    'public threads and files, named case by case',
    'public-answers-conditional-access',
    'A missing permission is refused as the directory does (FACTS §13), not in words of its own',
  ),
  graph(
    'What people recorded of authentication methods and reports, each with the thread where it stands',
    'public threads and files, named case by case',
    'public-answers-reports',
  ),
  beside(
    'Recorded answers of the real service are replayed against it',
    'FACTS §18',
    'recordings',
    'Recordings are of 2022 to 2025, of one client',
  ),
];
