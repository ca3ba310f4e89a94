import { describe, expect, test } from '@jest/globals';
import {
  mayStandIn,
  renderJson,
  requestNotice,
  resultView,
  approvalView,
  previewView,
  handoffOfferView,
  handoffStateView,
  findResultsView,
  planJsonView,
  restoreOptionsView,
  whatChangedView,
  compareView,
  renderCard,
} from '../../cards/index.js';
import { VIEWS } from '../golden/views.js';
import * as S from '../golden/story.js';
import type { RestoreRequest } from '../../services/model/restore.js';

const base = { tenantName: 'Contoso', say: '' };
const buttons = (view: { data: { buttons: readonly { verb: string }[] } }): string[] =>
  view.data.buttons.map(({ verb }) => verb);

describe('[N4] what is shown where', () => {
  test('only cards of counts may stand in a channel or group chat', () => {
    for (const card of [
      'preview',
      'approval',
      'result',
      'show-object',
      'find-results',
      'which-one',
      'show-once',
      'handoff-ready',
      'audit-list',
    ] as const) {
      expect([
        card,
        mayStandIn(card, 'channel'),
        mayStandIn(card, 'group'),
        mayStandIn(card, 'personal'),
      ]).toEqual([card, false, false, true]);
    }
    expect(mayStandIn('notice', 'channel')).toBe(true);
  });

  test('no card built for a channel names a person or group it is about', () => {
    const channelCards = [
      ...Object.values(VIEWS.notice),
      VIEWS['what-changed'].channel,
      VIEWS.error.channel,
      VIEWS.hello.channel,
      ...Object.values(VIEWS.digest),
      ...Object.values(VIEWS['backup-done']),
    ];
    for (const view of channelCards) {
      const text = JSON.stringify(renderCard(view as (typeof channelCards)[number] & object));
      expect(text).not.toMatch(/Alice|alice|Moreau|Finance|Payroll|TBD|Department/);
    }
  });

  test('a request says in the channel who asks and how many, in every state that is told', () => {
    const states = ['waiting', 'done', 'denied', 'expired', 'lapsed', 'withdrawn', 'cancelled'] as const;
    const channel = S.ctx(S.hanna, 'channel');
    for (const state of states) {
      const notice = requestNotice({ ...S.waiting, state } as RestoreRequest, channel);
      expect(notice?.data.title).toContain('1 user, asked by Hanna Berg');
    }
    const one = { ...S.done, result: { ...S.result, linesHeld: 1, linesTotal: 1 } } as RestoreRequest;
    expect(requestNotice(one, channel)?.data.notes.join()).toContain('1 of 1 line holds');
    // A password is made when its recipient is named: there is nothing yet that could hold.
    const reset = { ...one, kind: 'credential', credential: 'resetPassword', point: null } as RestoreRequest;
    expect(requestNotice(reset, channel)?.data.notes.join()).not.toContain('hold');
    for (const state of ['asks', 'cancelled'] as const)
      expect(requestNotice({ ...S.request, state } as RestoreRequest, channel)).toBeNull();
  });
});

describe('who sees which button', () => {
  test('[R18] undo, reset password and hand-over stand on the requester’s result only, and undo only once', () => {
    expect(buttons(resultView({ ...base, request: S.done, plan: S.plan }, S.ctx(S.hanna)))).toEqual([
      'credential.start',
      'request.audit',
      'request.undo',
    ]);
    expect(buttons(resultView({ ...base, request: S.done, plan: S.plan }, S.ctx(S.arun)))).toEqual([
      'request.audit',
    ]);
    const undone = { ...S.done, undoneBy: 'x' as RestoreRequest['id'] };
    expect(buttons(resultView({ ...base, request: undone, plan: S.plan }, S.ctx(S.hanna)))).not.toContain(
      'request.undo',
    );
  });

  test('[P3] an approved password is told as not yet made, and nothing as checked, until its recipient is named', () => {
    const request = {
      ...S.done,
      kind: 'credential',
      credential: 'resetPassword',
      state: 'done',
      point: null,
      result: { ...S.result, linesHeld: 1, linesTotal: 1, skips: [], tell: [] },
    } as RestoreRequest;
    const open = { handoffId: 'hand1', handoffKind: 'password' } as const;
    const { data } = resultView({ ...base, ...open, request, plan: null }, S.ctx(S.hanna));
    expect(data.title).toBe('Password reset approved · Alice Moreau');
    expect(data.checked).toBe('');
    expect(data.intro).toEqual([
      'The one-time password is made when you name who receives it. Until then the account stays as it is.',
    ]);
    const approvers = resultView({ ...base, ...open, request, plan: null }, S.ctx(S.arun));
    expect(approvers.data.intro.join()).toContain('is made when Hanna Berg names who receives it');
    const after = resultView({ ...base, request, plan: null }, S.ctx(S.hanna));
    expect([after.data.title, after.data.checked, after.data.intro]).toEqual([
      'Password reset · Alice Moreau',
      '',
      [],
    ]);
  });

  test('[P3] when somebody has seen a pass, the time stands apart from its name', () => {
    const handoff = {
      ...S.handoff,
      state: 'shown',
      kind: 'password',
      shownAt: '2026-11-21T09:00:00Z',
    } as const;
    const view = handoffStateView({ ...base, handoff, requestNumber: 2 }, S.ctx());
    expect(view.data.intro.join()).toContain('has seen the one-time password (10:00). It is destroyed');
  });

  test('[P3] the requester is never offered as recipient of a credential', () => {
    const view = handoffOfferView(
      {
        handoff: S.handoff,
        requestNumber: 1,
        tenantName: 'Contoso',
        people: [{ ...S.tom, id: S.hanna.objectId, name: 'Hanna Berg' }],
        say: '',
      },
      S.ctx(),
    );
    expect(view.data.recipients.map(({ title }) => title)).toEqual([
      'Tom Okafor (tom.okafor@contoso.example), manager',
    ]);
  });

  test('[A2] nobody is offered to hand an approval to the requester', () => {
    const view = approvalView(
      { ...base, request: S.waiting, plan: S.plan, approvers: [S.hanna, S.arun, S.mei] },
      S.ctx(S.arun),
    );
    expect(view.data.others.map(({ value }) => value)).toEqual([S.mei.objectId]);
  });

  test('[A10] denying is as easy as approving: no field of the card keeps a press from being sent', () => {
    const request = { ...S.waitingGranting, approval: { ...S.waitingGranting.approval! } };
    const card = renderCard(
      approvalView({ ...base, request, plan: S.grantingPlan, approvers: [S.arun, S.mei] }, S.ctx(S.mei)),
    );
    const text = JSON.stringify(card);
    expect(text).toContain('"id":"number"');
    // Clients take an empty Input.Number with bounds for a mistake, and send nothing then, a denial neither.
    expect(text).not.toMatch(/Input\.Number|"isRequired":true|"regex"/);
  });

  test('[R8] one link that comes back is told as one', () => {
    const outlook = {
      ...S.outlook,
      comesBack: [
        { what: 'members', count: 1 },
        { what: 'memberships', count: 2 },
      ],
    };
    const options = restoreOptionsView({ ...base, request: S.request, outlook }, S.ctx());
    expect(options.data.comesBack.text).toBe('1 member · 2 memberships');
    const plan = { ...S.plan, expected: S.plan.expected.slice(0, 1) };
    const preview = previewView({ ...base, request: S.withReason, plan, approverGroup: 'A' }, S.ctx());
    expect(JSON.stringify(preview.data.blocks)).toContain('1 comes back with the account');
  });

  test('a plan without operations cannot be asked for; a blocked one neither', () => {
    const ask = (plan: typeof S.plan): string[] =>
      buttons(previewView({ ...base, request: S.withReason, plan, approverGroup: 'A' }, S.ctx()));
    expect(ask(S.plan)).toContain('restore.ask');
    expect(ask(S.emptyPlan)).not.toContain('restore.ask');
    expect(ask({ ...S.plan, applyable: false })).not.toContain('restore.ask');
  });

  test('[A1] a plan that needs nobody else says so on its button', () => {
    const small = { ...S.plan, needs: { approvers: 0, typeNumber: false, expiresInMs: 3_600_000 } };
    const view = previewView({ ...base, request: S.withReason, plan: small, approverGroup: 'A' }, S.ctx());
    expect(view.data.buttons[0]?.title).toBe('Restore now');
    expect(view.data.needs).toContain('nobody else');
  });
});

describe('[F1] a search', () => {
  test('that finds nothing says what it looks through, and where the deleted stand', () => {
    const { data } = findResultsView({ ...base, text: 'deleted users', results: [] }, S.ctx());
    expect(data.intro.join(' ')).toContain('Any part of a name, sign-in name, mail or object ID');
    expect(data.buttons.map(({ title, data: run }) => [title, run])).toEqual([
      ['What changed', { text: 'what changed since yesterday' }],
    ]);
  });
});

describe('[R17] the plan as JSON', () => {
  const [first] = S.plan.operations;
  const operations = Array.from({ length: 30 }, () => first!);
  const shown = (count: number, place?: 'terminal') =>
    planJsonView(
      { plan: { ...S.plan, operations: operations.slice(0, count) }, say: '' },
      S.ctx(S.hanna, place),
    );

  test('what does not fit the card is counted, and the card shows all that the view holds', () => {
    for (const count of [1, 4, 8, 12, 16, 30]) {
      const view = shown(count);
      const whole = shown(count, 'terminal').data.code;
      const left = whole.length - view.data.code.length;
      expect(JSON.stringify(renderCard(view))).toContain(JSON.stringify(view.data.code));
      expect(view.data.notes.join()).toBe(
        left === 0 ? '' : `${left.toLocaleString('en-US')} more characters: use --json on the command line`,
      );
    }
    expect(shown(30).data.notes).toHaveLength(1);
    expect(shown(30).data.code.length).toBeGreaterThan(4_000);
  });
});

describe('secrets', () => {
  test('[P3] a credential is on the dialog only: not in its summary, not in --json', () => {
    const view = VIEWS['show-once'].typical;
    if (view === undefined) throw new Error('no case');
    const card = renderCard(view);
    expect(JSON.stringify(card)).toContain('EXAMPLE-PASS-1');
    expect(card.fallbackText).not.toContain('EXAMPLE-PASS-1');
    expect(renderJson(view)).not.toContain('EXAMPLE-PASS-1');
    for (const [name, views] of Object.entries(VIEWS)) {
      if (name !== 'show-once') expect(JSON.stringify(views)).not.toContain('EXAMPLE-PASS-1');
    }
  });
});

describe('[A7] in the terminal', () => {
  const terminal = S.ctx(S.hanna, 'terminal');
  const at = { seq: 14, takenAt: '2026-11-20T01:00:00Z' };
  const many = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);

  test('everything is on one page: no button turns it there', () => {
    const changed = whatChangedView(
      {
        ...base,
        from: at,
        to: null,
        counts: [{ label: 'users', added: 0, removed: 40, changed: 0 }],
        items: many.map((text) => ({ sign: '−', text })),
      },
      terminal,
    );
    const compared = compareView(
      {
        ...base,
        object: { type: 'group', id: S.hanna.objectId, name: 'Finance all' },
        from: at,
        to: null,
        properties: [],
        links: many.map((name) => ({
          label: 'Members',
          object: { type: 'user', id: S.hanna.objectId, name },
          change: 'removed',
        })),
      },
      terminal,
    );
    for (const { data } of [changed, compared])
      expect(data.blocks.map(({ rows, more }) => [rows.length, more])).toEqual([[40, '']]);
    expect(changed.data.buttons).toEqual([]);
    expect(compared.data.buttons.map(({ title }) => title).join()).not.toContain('More lines');
  });
});
