/** The left side: who you are. One click switches the chat, the small button opens it beside. */
import { avatar, el, icon } from './dom.js';

/** Parts of the demo story, by name; anybody else is shown with their job title. */
const ROLES = {
  'Hanna Berg': 'Helpdesk agent',
  'Arun Patel': 'Approver',
  'Mei Lin': 'Approver',
  'Sofia Rossi': 'Administrator',
  'Tom Okafor': 'Manager of Alice',
};
/** As the app's prompt suggestions would be; the first is the story's headline. */
const STARTERS = {
  'Hanna Berg': [
    'restore user alice from yesterday with memberships',
    'what changed since yesterday',
    'status',
  ],
  'Arun Patel': ['requests', 'what changed since yesterday', 'status'],
  'Mei Lin': ['requests', 'what changed since yesterday', 'status'],
  // He has no role: what is handed over to him comes by itself.
  'Tom Okafor': ['hello', 'help'],
  'Sofia Rossi': ['status', 'what is covered', 'what changed since yesterday'],
};

export const roleOf = (person) => ROLES[person.displayName] ?? person.jobTitle ?? person.userPrincipalName;

export function startersFor({ person, in: place }) {
  return place === 'personal' ? (STARTERS[person.displayName] ?? ['status', 'help']) : ['status'];
}

const SPLIT = 'M3 4.5h14v11H3zM10 4.5v11';

/**
 * @param state  { people, panes, unread }
 * @param on  { open(objectId, place), beside(objectId, place) }
 */
export function renderPeople(host, state, on) {
  const shown = (objectId, place) =>
    state.panes.some(
      (pane) => pane.in === place && (place !== 'personal' || pane.person.objectId === objectId),
    );
  const row = (person, place, name, role, square) => {
    const unread = state.unread[person.objectId]?.[place] ?? 0;
    const open = shown(person.objectId, place);
    // A phone has room for one word: of a person the first name, of a place what it is.
    const [short] = (square ? role : name).split(' ');
    return el(
      'div',
      {
        className: 'who',
        data: { ...(open ? { open: '' } : {}), ...(unread > 0 && !open ? { unread: '' } : {}) },
      },
      el(
        'button',
        {
          type: 'button',
          className: 'who-main',
          aria: { current: open ? 'true' : 'false' },
          on: { click: () => on.open(person.objectId, place) },
        },
        avatar(name, square),
        el(
          'span',
          { className: 'who-text' },
          el(
            'span',
            { className: 'who-name' },
            el('span', { className: 'who-long' }, name),
            el('span', { className: 'who-short' }, short),
          ),
          el('span', { className: 'who-role' }, role),
        ),
        unread > 0 && !open
          ? el('span', { className: 'who-badge', aria: { label: `${unread} unread` } }, String(unread))
          : '',
      ),
      el(
        'button',
        {
          type: 'button',
          className: 'icon-button',
          title: `Open ${name} beside`,
          aria: { label: `Open ${name} beside` },
          on: { click: () => on.beside(person.objectId, place) },
        },
        icon(SPLIT),
      ),
    );
  };
  const me = state.panes[0]?.person ?? state.people[0];
  const member = (place) =>
    me.places.includes(place) ? me : state.people.find((one) => one.places.includes(place));
  host.replaceChildren(
    el('h2', {}, 'You are'),
    ...state.people.map((person) => row(person, 'personal', person.displayName, roleOf(person), false)),
    el('h2', {}, 'Shared'),
    row(member('channel'), 'channel', state.channel.name, 'Channel', true),
    row(member('group'), 'group', state.group.name, 'Group chat', true),
  );
}
