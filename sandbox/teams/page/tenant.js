/** The right side: the tenant as it is now, and the sandbox's clock. */
import { post } from './api.js';
import { el } from './dom.js';
import { ZONE, dayOf, exactTimeOf, momentOf } from './format.js';

const STATES = { live: 'live', deleted: 'in the recycle bin', gone: 'gone' };

/** The state stands beside the name already: "in the recycle bin since Sat 21 Nov" says "since Sat 21 Nov". */
const withoutState = (fact, state) =>
  fact.startsWith(`${STATES[state]} `) ? fact.slice(STATES[state].length + 1) : fact;

/** "Remove member from group: A · Sales list" of many people in a row becomes one line. */
function foldSame(changes) {
  const folded = [];
  for (const change of changes) {
    const [, what, who, where] = /^([^:]+): (.+) · (.+)$/.exec(change.text) ?? [];
    const last = folded.at(-1);
    const key = `${what}|${where}|${change.actor}`;
    if (what !== undefined && last?.key === key) last.more += 1;
    else folded.push({ ...change, key, what, who, where, more: 0 });
  }
  return folded.map((one) =>
    one.more === 0 ? one : { ...one, text: `${one.what}: ${one.who} and ${one.more} more · ${one.where}` },
  );
}

export class TenantPanel {
  constructor(host) {
    this.offsetInMs = 0;
    this.known = new Map();
    this.time = el('time', {}, '–');
    this.day = el('p', {}, '');
    this.status = el('p', { role: 'status' });
    this.body = el('div');
    host.append(
      el('h2', {}, 'The tenant as it is now'),
      el(
        'div',
        { className: 'clock' },
        this.time,
        this.day,
        el(
          'div',
          { className: 'clock-tools' },
          this.#button('+1 hour', () => post('page-advance', { by: '1h' })),
          this.#button('+1 day', () => post('page-advance', { by: '1d' })),
          this.#button('A script runs amok', () => post('page-damage', { name: 'amok' }), 'danger'),
        ),
        this.status,
      ),
      this.body,
    );
    setInterval(() => this.#tick(), 1_000);
  }

  setClock({ offsetInMs }) {
    this.offsetInMs = offsetInMs;
    this.#tick();
  }

  setTenant(overview) {
    const count = (name, { live, deleted }) =>
      el(
        'div',
        { className: 'count' },
        el('dt', {}, name),
        el('dd', {}, String(live), el('small', {}, `live · ${deleted} deleted`)),
      );
    this.body.replaceChildren(
      el('dl', { className: 'counts' }, count('Users', overview.users), count('Groups', overview.groups)),
      ...(overview.spotlight.length === 0 ? [] : [el('h3', {}, 'Of the story')]),
      ...overview.spotlight.map((one) => this.#spot(one)),
      ...(overview.lastChanges.length === 0 ? [] : [el('h3', {}, 'Last changes')]),
      el(
        'ul',
        { className: 'changes' },
        ...foldSame(overview.lastChanges).map((change) =>
          el('li', {}, change.text, el('span', {}, `${momentOf(change.at)} · ${change.actor}`)),
        ),
      ),
    );
    this.isFilled = true;
  }

  #spot({ type, name, state, facts }) {
    const key = `${type} ${name}`;
    const now = JSON.stringify([state, facts]);
    const changed = this.isFilled && this.known.get(key) !== now;
    this.known.set(key, now);
    return el(
      'div',
      { className: `spot ${state}${changed ? ' flash' : ''}` },
      el(
        'div',
        { className: 'spot-head' },
        el('strong', {}, name),
        el('span', { className: 'spot-type' }, type),
        el('span', { className: 'spot-state' }, STATES[state] ?? state),
      ),
      el(
        'ul',
        {},
        ...facts.map((fact) =>
          el('li', { className: /^0 members/.test(fact) ? 'emptied' : '' }, withoutState(fact, state)),
        ),
      ),
    );
  }

  #button(title, work, className = '') {
    const button = el('button', { type: 'button', className }, title);
    button.addEventListener('click', async () => {
      button.disabled = true;
      this.status.textContent = '';
      try {
        await work();
      } catch (error) {
        this.status.textContent = error.message;
      } finally {
        button.disabled = false;
      }
    });
    return button;
  }

  #tick() {
    const now = new Date(new Date().getTime() + this.offsetInMs);
    this.time.textContent = exactTimeOf(now);
    this.time.dateTime = now.toISOString();
    this.day.textContent = `${dayOf(now)} · ${ZONE} · the sandbox’s clock`;
  }
}
