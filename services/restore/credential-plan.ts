import type { ApprovalPolicy } from '../approvals/policy.js';
import type { Catalog } from '../catalog/spec.js';
import type { DirectoryReader } from '../model/directory.js';
import type { NamedObject } from '../model/plan.js';
import type { CredentialAction } from '../model/restore.js';
import { named } from './names.js';
import { finishPlan, type PlanContent } from './plan.js';
import { PlanDraft } from './plan-draft.js';
import { Gives } from './plan-gives.js';

/**
 * Plans a password reset, a Temporary Access Pass or the end of all sessions for one live user (SPEC A1, P4). Our own rules decide on
 * administrators: authentication methods may not be refused by Graph (SPEC R22).
 */
export async function planCredential(
  deps: { readonly reader: DirectoryReader; readonly catalog: Catalog; readonly policy: ApprovalPolicy },
  subject: NamedObject,
  action: CredentialAction,
): Promise<PlanContent> {
  const { reader, catalog, policy } = deps;
  const spec = catalog.type(subject.type);
  const live = await reader.getObject(subject.type, subject.id);
  const object = live ? named(catalog, subject.type, subject.id, live.properties) : subject;
  const gives = new Gives(await reader.readRisk({ users: [subject.id], groups: [] }), catalog);
  const privileged = gives.rolesOf(subject.id).length > 0;
  const draft = new PlanDraft();
  const obstacle = live && spec.obstacle(live.properties, 'live');
  const refuse = (code: string, summary: string, detail: string): void =>
    draft.find({ severity: 'error', code, summary, detail });
  if (!spec.signsIn) refuse('NO_SIGN_IN', `${object.name} does not sign in.`, 'Name a user.');
  else if (!live)
    refuse('OBJECT_NOT_LIVE', `${object.name} is deleted.`, `Say: restore ${spec.name} "${object.name}"`);
  else if (obstacle && action !== 'revokeSessions')
    refuse(
      'OBSTACLE',
      `${object.name}: ${obstacle.reason}.`,
      obstacle.where ? `Do it there: ${obstacle.where}.` : '',
    );
  else if (action === 'pass' && !(await reader.passPolicy(subject.id))?.allowed)
    refuse(
      'PASS_NOT_ALLOWED',
      `The policy of this tenant does not let ${object.name} have a Temporary Access Pass.`,
      'Use "Reset password".',
    );
  else if (action === 'revokeSessions')
    draft.add('objects', {
      do: 'revokeSessions',
      key: `sessions:${subject.id}`,
      object,
      ref: { id: subject.id },
      why: 'asked for',
      gives: [],
    });
  else
    draft.add('objects', {
      do: 'issueCredential',
      key: `credential:${subject.id}`,
      object,
      credential: action === 'pass' ? 'pass' : 'password',
      why: 'asked for',
      gives: [{ text: `a new way to sign in as ${object.name}`, granting: false }],
    });
  if (privileged)
    draft.find({
      severity: 'warning',
      code: 'PRIVILEGED_TARGET',
      summary: `${object.name} holds ${gives.rolesOf(subject.id).join(', ')}: two people decide, and two name the recipient.`,
    });
  const manager = live ? await managerOf(deps, object) : undefined;
  draft.subjects.push({
    object,
    before: live ? 'live' : 'gone',
    ...(manager ? { manager } : {}),
    ...(action === 'revokeSessions' ? {} : { handoff: action === 'pass' ? 'pass' : 'password' }),
    ...(privileged || !gives.riskKnown ? { privileged: true } : {}),
  });
  return finishPlan(draft, { point: null, gives, policy, exactRemovals: false, privileged });
}

/** The live head of the type's single-valued link (the manager), to whom a credential goes by default. */
async function managerOf(
  { reader, catalog }: { readonly reader: DirectoryReader; readonly catalog: Catalog },
  object: NamedObject,
): Promise<NamedObject | undefined> {
  const spec = catalog.linksFromSource(object.type).find(({ single }) => single);
  if (!spec) return undefined;
  for await (const [link] of reader.listLinks(spec.kind, object.id)) {
    if (!link) return undefined;
    const head = await reader.getObject(object.type, link.target);
    return head ? named(catalog, object.type, link.target, head.properties) : undefined;
  }
  return undefined;
}
