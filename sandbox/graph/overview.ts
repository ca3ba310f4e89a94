import { DateTime } from 'luxon';
import type { TenantOverview } from '../types.js';
import type { TenantCore } from './core.js';
import { isDynamic } from './schema/group.js';
import { storyZone } from './story/story.js';
import type { Entity, StoredAudit } from './state/types.js';

/** What the demo page watches: Alice, the groups that were emptied, Erik. */
const spotlit = ['Alice Moreau', 'Finance all', 'Finance leads', 'Sales list', 'Erik Sand'] as const;

const changesShown = 8;

/** @param tombstones  names of objects that are gone, by id (a purge forgets the name) */
export function overviewOf(core: TenantCore, tombstones: ReadonlyMap<string, string>): TenantOverview {
  const { state } = core;
  return {
    now: new Date(core.now()).toISOString(),
    users: { live: state.liveOf('user').size, deleted: state.binOf('user').size },
    groups: { live: state.liveOf('group').size, deleted: state.binOf('group').size },
    spotlight: spotlit.flatMap((name) => spotlightOf(core, name, tombstones)),
    lastChanges: state.audits
      .slice(-changesShown)
      .reverse()
      .map((audit) => ({
        at: new Date(audit.at).toISOString(),
        text: changeText(audit),
        actor: audit.entry.actor.displayName,
      })),
  };
}

type Spot = TenantOverview['spotlight'][number];

function spotlightOf(core: TenantCore, name: string, tombstones: ReadonlyMap<string, string>): Spot[] {
  const { state } = core;
  for (const kind of ['user', 'group'] as const) {
    const named = (entity: Entity): boolean => entity.props['displayName'] === name;
    const live = state.liveOf(kind).all().find(named);
    if (live)
      return [
        {
          type: kind,
          name,
          state: 'live',
          facts: kind === 'user' ? userFacts(core, live) : groupFacts(core, live),
        },
      ];
    const binned = state.binOf(kind).all().find(named);
    if (binned)
      return [
        {
          type: kind,
          name,
          state: 'deleted',
          facts: [`in the recycle bin since ${shortTime(binned.deletedAt)}`],
        },
      ];
  }
  const purged = [...tombstones.values()].includes(name);
  return purged ? [{ type: 'user', name, state: 'gone', facts: ['deleted permanently'] }] : [];
}

function userFacts(core: TenantCore, user: Entity): string[] {
  const groups = core.state.sources('member', user.id).filter((entity) => entity.kind === 'group');
  const names = groups
    .filter((group) => !isDynamic(group.props))
    .map((group) => String(group.props['displayName']))
    .sort();
  return [
    `${String(user.props['userPrincipalName'])}, ${String(user.props['department'] ?? 'no department')}`,
    user.props['accountEnabled'] === false ? 'sign-in blocked' : 'may sign in',
    names.length === 0 ? 'in no group' : `in ${names.join(', ')}`,
  ];
}

function groupFacts(core: TenantCore, group: Entity): string[] {
  const members = core.state.targets('member', group.id).length;
  return [`${members} ${members === 1 ? 'member' : 'members'}`];
}

/** In the demo tenant's zone, as the page's clock is. */
function shortTime(at: number | null): string {
  return at === null
    ? ''
    : DateTime.fromMillis(at, { zone: storyZone, locale: 'en-GB' }).toFormat('ccc d LLL, HH:mm');
}

/** "Remove member from group: Alice Moreau · Finance all" */
function changeText({ entry }: StoredAudit): string {
  const names = entry.targets.map((item) => item.displayName ?? item.id).join(' · ');
  const changed = entry.targets.flatMap((item) => item.changes.map((change) => change.name));
  return `${entry.activity}: ${names}${changed.length > 0 ? ` (${changed.slice(0, 3).join(', ')})` : ''}`;
}
