/** Joins the page's parts: who is shown where, the event stream, the address bar. */
import { get } from './api.js';
import { ChatPane } from './chat-pane.js';
import { createDialogs } from './dialog-view.js';
import { renderPeople } from './people.js';
import { TenantPanel } from './tenant.js';

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const theme = () => root.dataset.theme;
const info = await get('teams-info');
const state = { people: info.people, channel: info.channel, group: info.group, panes: [], unread: {} };
const tenant = new TenantPanel(byId('tenant'));
const dialogs = createDialogs(byId('dialog'), theme);
let views = new Map();
let stream;

const keyOf = (pane) => `${pane.person.objectId}:${pane.in}`;
const findPerson = (who) => {
  const wanted = (who ?? '').toLowerCase();
  return state.people.find((one) =>
    [one.objectId, one.userPrincipalName, one.displayName, one.displayName.split(' ')[0]].some(
      (name) => name.toLowerCase() === wanted,
    ),
  );
};

function paneFrom(text) {
  const [who, place = 'personal'] = text.split(':');
  const isPlace = place === 'channel' || place === 'group' ? place : 'personal';
  const person = findPerson(who) ?? state.people[0];
  return {
    person: person.places.includes(isPlace)
      ? person
      : state.people.find((one) => one.places.includes(isPlace)),
    in: isPlace,
  };
}

/** ?pane=Hanna:personal&pane=Arun, or ?as=Hanna&in=channel. */
function panesOfAddress() {
  const query = new URLSearchParams(location.search);
  const named = query.getAll('pane');
  const texts =
    named.length > 0
      ? named
      : [`${query.get('as') ?? state.people[0].displayName}:${query.get('in') ?? 'personal'}`];
  return texts.slice(0, 2).map(paneFrom);
}

function show(panes) {
  const unique = panes.filter(
    (pane, index) => panes.findIndex((one) => keyOf(one) === keyOf(pane)) === index,
  );
  state.panes = unique;
  const query = new URLSearchParams(location.search);
  query.delete('as');
  query.delete('in');
  query.delete('pane');
  for (const pane of unique) query.append('pane', `${pane.person.displayName.split(' ')[0]}:${pane.in}`);
  history.replaceState(null, '', `?${query}`);
  views = new Map(
    unique.map((pane, index) => [
      keyOf(pane),
      new ChatPane(pane, {
        theme,
        dialogs,
        people: state.people,
        onAs: (objectId) =>
          show(unique.map((one, at) => (at === index ? { ...one, person: findPerson(objectId) } : one))),
        onClose: unique.length > 1 ? () => show(unique.filter((one) => one !== pane)) : undefined,
      }),
    ]),
  );
  byId('panes').replaceChildren(...[...views.values()].map((view) => view.element));
  byId('split').setAttribute('aria-pressed', String(unique.length > 1));
  document.title = `${unique.map((pane) => pane.person.displayName.split(' ')[0]).join(' | ')} · Entra Rewind · simulated Teams`;
  drawPeople();
  connect();
}

function drawPeople() {
  renderPeople(byId('people'), state, {
    open: (objectId, place) => show([paneFrom(`${objectId}:${place}`), ...state.panes.slice(1)]),
    beside: (objectId, place) => show([state.panes[0], paneFrom(`${objectId}:${place}`)]),
  });
}

function connect() {
  stream?.close();
  const query = new URLSearchParams(state.panes.map((pane) => ['pane', keyOf(pane)]));
  const source = new EventSource(`/_sandbox/teams-events?${query}`);
  stream = source;
  const on = (name, run) => source.addEventListener(name, (event) => run(JSON.parse(event.data)));
  on('chat', ({ pane, activities }) => views.get(pane)?.setChat(activities));
  on('message', ({ pane, activity }) => views.get(pane)?.upsert(activity));
  on('typing', ({ pane }) => views.get(pane)?.typing());
  on('unread', (unread) => {
    state.unread = unread;
    drawPeople();
  });
  on('tenant', (overview) => tenant.setTenant(overview));
  on('clock', (clock) => tenant.setClock(clock));
  source.onopen = () => (byId('lost').hidden = true);
  source.onerror = () => (byId('lost').hidden = false);
}

byId('theme').addEventListener('click', () => {
  root.dataset.theme = theme() === 'dark' ? 'light' : 'dark';
  localStorage.setItem('theme', theme());
  for (const view of views.values()) view.redrawAll();
});
byId('split').addEventListener('click', () => {
  if (state.panes.length > 1) return show(state.panes.slice(0, 1));
  const other = state.people.find((one) => one.objectId !== state.panes[0].person.objectId);
  return show([...state.panes, { person: other ?? state.people[0], in: 'personal' }]);
});
byId('show-tenant').addEventListener('click', (event) => {
  const shown = byId('tenant').classList.toggle('shown');
  event.currentTarget.setAttribute('aria-expanded', String(shown));
});
window.addEventListener('pagehide', () => stream?.close());

show(panesOfAddress());
