/** One chat as one person sees it: messages, typing, suggestions, the box to type in. */
import { post } from './api.js';
import { avatar, el, icon } from './dom.js';
import { dayOf } from './format.js';
import { renderMessage, updateMessage } from './message-view.js';
import { startersFor } from './people.js';

const TYPING_IN_MS = 6_000;
const FOLLOWS_WITHIN_MS = 5 * 60_000;
const NEAR_END_IN_PX = 160;

export class ChatPane {
  /** @param context  { theme(), dialogs, people, onAs(person), onClose } */
  constructor(pane, context) {
    this.pane = pane;
    this.context = context;
    this.messages = new Map();
    this.drawn = new Map();
    this.history = [];
    this.element = el('section', {
      className: 'pane',
      aria: { label: `${this.title()}, as ${pane.person.displayName}` },
    });
    this.log = el('div', {
      className: 'log',
      role: 'log',
      tabIndex: 0,
      aria: { live: 'polite', label: 'Messages' },
    });
    this.log.addEventListener('pointerdown', () => this.#holdWhilePressed());
    this.typingLine = el('div', { className: 'typing', aria: { live: 'polite' } });
    this.chips = el('div', { className: 'chips' });
    this.element.append(this.#head(), this.log, el('div', {}, this.typingLine, this.#foot()));
  }

  get isShared() {
    return this.pane.in !== 'personal';
  }

  title() {
    return { personal: 'Entra Rewind', channel: 'Identity operations', group: 'Identity desk' }[this.pane.in];
  }

  setChat(activities) {
    this.messages = new Map(activities.map((seen) => [seen.id, seen]));
    this.drawn.clear();
    this.redraw(true);
  }

  upsert(seen) {
    const isNew = !this.messages.has(seen.id);
    const before = this.drawn.get(seen.id)?.element;
    this.messages.set(seen.id, seen);
    if (seen.fromBot && isNew) this.typingLine.replaceChildren();
    this.redraw(isNew && !seen.fromBot);
    const element = this.drawn.get(seen.id)?.element;
    if (element !== before && (isNew || seen.edited))
      element?.querySelector('.card')?.classList.add('arrived');
  }

  typing() {
    clearTimeout(this.typingTimer);
    this.typingLine.replaceChildren(
      el('span', { className: 'dots', aria: { hidden: 'true' } }, el('i'), el('i'), el('i')),
      'Entra Rewind is typing',
    );
    this.typingTimer = setTimeout(() => this.typingLine.replaceChildren(), TYPING_IN_MS);
  }

  /** Draws what changed; a message that did not keeps its element, and with it what was typed into its card. */
  redraw(toEnd = false) {
    if (this.held !== undefined) {
      this.held.redraw = true;
      this.held.toEnd ||= toEnd;
      return;
    }
    const wasNearEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END_IN_PX;
    const ordered = [...this.messages.values()].sort((a, b) => Number(a.id) - Number(b.id));
    const children =
      ordered.length === 0
        ? [this.#empty()]
        : this.isThreaded()
          ? this.#threads(ordered)
          : this.#stream(ordered);
    this.#place(this.log, children);
    this.#drawChips(ordered);
    if (toEnd || wasNearEnd) requestAnimationFrame(() => (this.log.scrollTop = this.log.scrollHeight));
  }

  redrawAll() {
    this.drawn.clear();
    this.redraw();
  }

  /** A press ends on the button it began on: between the two nothing is drawn, or the click would be lost. */
  #holdWhilePressed() {
    if (this.held !== undefined) return;
    this.held = { redraw: false, toEnd: false };
    const ends = ['pointerup', 'pointercancel', 'blur'];
    const release = () => {
      for (const name of ends) window.removeEventListener(name, release);
      // The click comes after its pointerup.
      setTimeout(() => {
        const { redraw, toEnd } = this.held;
        this.held = undefined;
        if (redraw) this.redraw(toEnd);
      });
    };
    for (const name of ends) window.addEventListener(name, release);
  }

  isThreaded() {
    return this.pane.in === 'channel';
  }

  /** Replaces only what differs, so that focus and scroll stay where they are. */
  #place(parent, wanted) {
    wanted.forEach((child, index) => {
      if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
    });
    while (parent.children.length > wanted.length) parent.lastElementChild.remove();
  }

  #stream(ordered) {
    const children = [];
    let before;
    for (const seen of ordered) {
      if (before === undefined || dayOf(before.at) !== dayOf(seen.at)) {
        children.push(
          this.#cached(`day ${dayOf(seen.at)}`, '', () => el('div', { className: 'day' }, dayOf(seen.at))),
        );
        before = undefined;
      }
      const follows =
        before?.from === seen.from && new Date(seen.at) - new Date(before.at) < FOLLOWS_WITHIN_MS;
      children.push(this.#message(seen, follows));
      before = seen;
    }
    return children;
  }

  #threads(ordered) {
    const threads = new Map();
    for (const seen of ordered) threads.set(seen.threadId, [...(threads.get(seen.threadId) ?? []), seen]);
    return [...threads].map(([id, posts]) => {
      const section = this.#cached(`thread ${id}`, '', () =>
        el('section', { className: 'thread', aria: { label: 'Thread' } }),
      );
      const reply = this.#cached(`reply ${id}`, '', () =>
        el(
          'button',
          { type: 'button', className: 'thread-reply', on: { click: () => this.#replyTo(id) } },
          'Reply',
        ),
      );
      this.#place(section, [...posts.map((seen) => this.#message(seen, false)), reply]);
      return section;
    });
  }

  #message(seen, follows) {
    const options = {
      theme: this.context.theme(),
      me: this.pane.person.displayName,
      as: this.pane.person.objectId,
      follows,
      onPress: (action, data) => this.#press(seen, action, data),
      onRefresh: () => this.#refresh(seen),
      onSignIn: () => this.#signIn(),
    };
    const state = JSON.stringify([seen, follows]);
    const content = JSON.stringify([seen.text, seen.textFormat, seen.card, seen.deleted]);
    const known = this.drawn.get(seen.id);
    if (known?.state === state) return known.element;
    const isSame = known?.content === content;
    const element = isSame ? known.element : renderMessage(seen, options);
    if (isSame) updateMessage(element, seen, options);
    this.drawn.set(seen.id, { state, content, element });
    return element;
  }

  #cached(key, state, make) {
    const known = this.drawn.get(key);
    if (known?.state === state) return known.element;
    const element = make();
    this.drawn.set(key, { state, element });
    return element;
  }

  async #press(seen, action, data) {
    const as = this.pane.person.objectId;
    try {
      const result = await post('act', { as, activityId: seen.id, action, data });
      if (result.dialog !== undefined) this.context.dialogs.show(as, result);
      if (result.openUrl !== undefined) window.open(result.openUrl, '_blank', 'noopener,noreferrer');
    } catch (error) {
      this.context.dialogs.message(error.message);
    }
  }

  /** The pop-up of the newest button: the sandbox signs in whoever presses it. */
  async #signIn() {
    try {
      await post('sign-in', { as: this.pane.person.objectId });
    } catch (error) {
      this.context.dialogs.message(error.message);
    }
  }

  async #refresh(seen) {
    try {
      await post('refresh', { as: this.pane.person.objectId, activityId: seen.id });
    } catch (error) {
      this.context.dialogs.message(error.message);
    }
  }

  async say(text) {
    if (text.trim() === '') return;
    this.history.push(text);
    const body = { as: this.pane.person.objectId, text, in: this.pane.in, mention: this.isShared };
    const thread = this.thread;
    this.showsPrompts = undefined;
    this.#replyTo(undefined);
    try {
      await post('say', thread === undefined ? body : { ...body, thread });
    } catch (error) {
      this.context.dialogs.message(error.message);
    }
  }

  #head() {
    const { person } = this.pane;
    const sub = {
      personal: `Chat · you are ${person.displayName}`,
      channel: 'Channel of Contoso IT · the bot hears what mentions it',
      group: 'Group chat · the bot hears what mentions it',
    }[this.pane.in];
    const members = this.context.people.filter((one) => one.places.includes(this.pane.in));
    const as =
      this.pane.in === 'personal'
        ? ''
        : el(
            'select',
            {
              className: 'pane-as',
              aria: { label: 'Who you are here' },
              on: { change: (event) => this.context.onAs(event.target.value) },
            },
            ...members.map((one) =>
              el(
                'option',
                { value: one.objectId, selected: one.objectId === person.objectId },
                `as ${one.displayName}`,
              ),
            ),
          );
    const close =
      this.context.onClose === undefined
        ? ''
        : el(
            'button',
            {
              type: 'button',
              className: 'icon-button',
              title: 'Close this chat',
              aria: { label: 'Close this chat' },
              on: { click: this.context.onClose },
            },
            icon('M5 5l10 10M15 5L5 15'),
          );
    return el(
      'header',
      { className: 'pane-head' },
      avatar(this.pane.in === 'personal' ? 'Entra Rewind' : this.title(), true),
      el('div', { className: 'pane-title' }, el('h2', {}, this.title()), el('p', {}, sub)),
      as,
      close,
    );
  }

  #foot() {
    this.replying = el('p', { className: 'replying', hidden: true });
    this.box = el('textarea', {
      rows: 1,
      placeholder: this.isShared ? 'Write to the bot here' : 'Type a message',
      aria: { label: `Message as ${this.pane.person.displayName}` },
    });
    const send = () => {
      const text = this.box.value;
      this.box.value = '';
      this.#grow();
      void this.say(text.trim());
    };
    this.box.addEventListener('input', () => this.#grow());
    this.box.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      } else if (event.key === 'ArrowUp' && this.box.value === '' && this.history.length > 0) {
        event.preventDefault();
        this.box.value = this.history.at(-1);
      }
    });
    const button = el(
      'button',
      { type: 'button', className: 'send', title: 'Send', aria: { label: 'Send' }, on: { click: send } },
      icon('M3 3.5 17.5 10 3 16.5 5 11l7-1-7-1z'),
    );
    this.promptButton = el(
      'button',
      {
        type: 'button',
        className: 'icon-button prompts',
        title: 'Suggestions',
        aria: { label: 'Suggestions', pressed: 'false' },
        on: {
          click: () => {
            this.showsPrompts = this.promptButton.getAttribute('aria-pressed') !== 'true';
            this.redraw();
          },
        },
      },
      icon('M10 2.8a5 5 0 0 0-3 9c.6.5 1 1.200 1 2v.7h4v-.7c0-.8.4-1.500 1-2a5 5 0 0 0-3-9zM8.300 17h3.400'),
    );
    return el(
      'div',
      { className: 'foot' },
      this.chips,
      this.replying,
      el(
        'div',
        { className: 'composer' },
        this.isShared ? el('span', { className: 'mention' }, '@Entra Rewind') : '',
        this.box,
        this.promptButton,
        button,
      ),
    );
  }

  #grow() {
    this.box.style.height = 'auto';
    this.box.style.height = `${this.box.scrollHeight}px`;
  }

  #replyTo(thread) {
    this.thread = thread;
    this.replying.hidden = thread === undefined;
    if (thread === undefined) return;
    const cancel = el(
      'button',
      {
        type: 'button',
        className: 'icon-button',
        aria: { label: 'New post instead' },
        on: { click: () => this.#replyTo(undefined) },
      },
      icon('M5 5l10 10M15 5L5 15'),
    );
    this.replying.replaceChildren('Replying in the thread', cancel);
    this.box.focus();
  }

  /** The bot's own suggestions after its newest message; before the person's first word, the app's prompts. */
  #drawChips(ordered) {
    const last = ordered.at(-1);
    const own = last?.fromBot ? last.suggestedActions : [];
    const hasSpoken = ordered.some((seen) => seen.from === this.pane.person.displayName);
    const offered = this.showsPrompts ?? !hasSpoken;
    const starters = offered ? startersFor(this.pane).map((value) => ({ title: value, value })) : [];
    this.promptButton.setAttribute('aria-pressed', String(own.length === 0 && offered));
    const prompts = own.length > 0 ? own : starters;
    this.chips.replaceChildren(
      ...prompts.map(({ title, value }) =>
        el('button', { type: 'button', className: 'chip', on: { click: () => void this.say(value) } }, title),
      ),
    );
  }

  #empty() {
    return this.#cached('empty', '', () =>
      el(
        'div',
        { className: 'empty' },
        el('img', { src: '/page/icon.svg', alt: '' }),
        el('h3', {}, this.title()),
        el(
          'p',
          {},
          this.isShared
            ? 'Nothing here yet. Backups, restores and what looks unusual are told here.'
            : 'Ask for a person or a group as they were. Nothing is written before somebody has agreed.',
        ),
      ),
    );
  }
}
