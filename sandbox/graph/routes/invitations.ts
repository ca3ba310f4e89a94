import { createHash } from 'node:crypto';
import type { Answer, Call } from '../http/call.js';
import { badRequest, denied } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { refuseOverQuota } from '../rules/quota.js';
import { isoOf, defaultsOf, render } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Op, Props } from '../state/types.js';
import { idInReference } from './entity.js';

/** What an invitation may carry (schema); the rest the service fills in. */
const members = [
  'invitedUserDisplayName',
  'invitedUserEmailAddress',
  'invitedUserMessageInfo',
  'invitedUserType',
  'inviteRedirectUrl',
  'resetRedemption',
  'sendInvitationMessage',
  'invitedUser',
  'invitedUserSponsors',
  'invitedUserSponsors@odata.bind',
];

/** Signs that an invited address may not hold (schema). */
const addressShape = /^[\w](?:[\w.-]*[\w])?@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}$/;

interface Asked {
  readonly address: string;
  readonly type: 'Guest' | 'Member';
  readonly redirect: string;
  readonly body: Props;
}

function asked(call: Call): Asked {
  const body = call.members(members);
  const address = body['invitedUserEmailAddress'];
  const redirect = body['inviteRedirectUrl'];
  if (typeof address !== 'string' || !addressShape.test(address))
    throw badRequest(
      "Invalid value specified for property 'invitedUserEmailAddress' of resource 'Invitation'.",
    );
  if (typeof redirect !== 'string' || !/^https?:\/\//.test(redirect))
    throw badRequest("Invalid value specified for property 'inviteRedirectUrl' of resource 'Invitation'.");
  const type = body['invitedUserType'] ?? 'Guest';
  if (type !== 'Guest' && type !== 'Member')
    throw badRequest("Invalid value specified for property 'invitedUserType' of resource 'Invitation'.");
  return { address, type, redirect, body };
}

/** ada@partner.example → ada_partner.example#EXT#@tenant.onmicrosoft.com */
function guestName(call: Call, address: string): string {
  const initial = call.state
    .liveOf('domain')
    .all()
    .find(({ props }) => props['isInitial'] === true);
  return `${address.replace('@', '_')}#EXT#@${initial?.id ?? ''}`;
}

function sponsors(call: Call, body: Props): Entity[] {
  const references = [
    ...((body['invitedUserSponsors@odata.bind'] ?? []) as JsonValue[]).map((value) => idInReference(value)),
    ...((body['invitedUserSponsors'] ?? []) as Props[]).map(({ id }) => String(id)),
  ];
  return references.map((id) => {
    const found = call.state.get(String(id).toLowerCase());
    if (found?.kind !== 'user' && found?.kind !== 'group')
      throw badRequest('A sponsor of an invited user is a user or a group of the tenant.');
    return found;
  });
}

/** The account of an invited address: a new one, or the one that waits already. */
function invite(call: Call, { address, type, body }: Asked): Entity {
  const name = guestName(call, address);
  const known = call.state.userByName(name) ?? call.state.byAddress(address);
  if (known && (known.kind !== 'user' || known.props['userType'] !== 'Guest'))
    throw badRequest('The invited user already exists in the directory as object of the tenant.');
  const displayName = body['invitedUserDisplayName'] ?? address.split('@')[0] ?? address;
  const linked = (id: string): Op[] =>
    sponsors(call, body)
      .filter((sponsor) => !call.state.links.has('sponsor', id, sponsor.id))
      .map((sponsor) => ({ op: 'link', kind: 'sponsor', from: id, to: sponsor.id }));
  if (!known) refuseOverQuota(call);
  const id = known?.id ?? call.core.newId();
  const props: Props = {
    accountEnabled: true,
    creationType: 'Invitation',
    displayName,
    externalUserState: 'PendingAcceptance',
    externalUserStateChangeDateTime: isoOf(call.now),
    identities: [
      { signInType: 'userPrincipalName', issuer: name.split('@')[1] ?? '', issuerAssignedId: name },
    ],
    mail: address,
    mailNickname: name.split('@')[0] ?? '',
    otherMails: [address],
    proxyAddresses: [`SMTP:${address}`],
    userPrincipalName: name,
    userType: type,
  };
  const ops: Op[] = known ? linked(id) : [{ op: 'create', kind: 'user', id, props }, ...linked(id)];
  const entity = known ?? {
    id,
    kind: 'user' as const,
    props,
    createdAt: call.now,
    deletedAt: null,
    gone: false,
  };
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Invite external user', operation: 'Add', targets: [target(entity)] }],
  });
  return call.state.find(id) as Entity;
}

/** Names the invitation, not the account; the ticket opens nothing (notes of a robot for licences; Microsoft's tutorial of invitations). */
function redeemAddress(tenantId: string, id: string): string {
  const escaped = (text: string): string =>
    encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const ticket = escaped(createHash('sha256').update(id).digest('base64'));
  const inner = `https://invitations.microsoft.com/redeem/?tenant=${tenantId}&user=${id}&ticket=${ticket}&ver=2.0`;
  return `https://login.microsoftonline.com/redeem?rd=${escaped(inner)}`;
}

/** POST /invitations → 201 with the guest's account, which waits for its owner to accept. */
function create(call: Call): Answer {
  const wanted = asked(call);
  const policy = call.state.get('authorizationPolicy')?.props['allowInvitesFrom'];
  if (policy === 'none') throw denied();
  const domain = wanted.address.split('@')[1]?.toLowerCase();
  if (call.state.get(String(domain), 'domain'))
    throw badRequest(
      'Invitee is in inviting organization: The invited user belongs to a verified domain of the tenant.',
    );
  const user = invite(call, wanted);
  const id = call.core.newId();
  return {
    status: 201,
    headers: { location: `${call.root}/invitations/${id}` },
    body: {
      '@odata.context': call.context('invitations/$entity'),
      id,
      inviteRedeemUrl: redeemAddress(call.core.tenantId, id),
      invitedUserDisplayName: wanted.body['invitedUserDisplayName'] ?? null,
      invitedUserType: wanted.type,
      invitedUserEmailAddress: wanted.address,
      sendInvitationMessage: wanted.body['sendInvitationMessage'] === true,
      resetRedemption: wanted.body['resetRedemption'] === true,
      inviteRedirectUrl: new URL(wanted.redirect).href,
      status: user.props['externalUserState'] === 'Accepted' ? 'Completed' : 'PendingAcceptance',
      invitedUserMessageInfo: wanted.body['invitedUserMessageInfo'] ?? {
        messageLanguage: null,
        customizedMessageBody: null,
        ccRecipients: [{ emailAddress: { name: null, address: null } }],
      },
      invitedUser: render(
        user,
        defaultsOf(typeOf('user')).filter(({ name }) => name === 'id'),
      ),
    },
  };
}

export const invitationRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/invitations',
    permissions: ['User.Invite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
    handle: create,
  },
];
