import { beforeEach, describe, expect, test } from '@jest/globals';
import type { App } from '../../bot/app.js';
import { Changes } from '../../bot/changes.js';
import { besideOf, CardLedger } from '../../bot/chat/ledger.js';
import type { ChatPort, ConversationAddress } from '../../bot/chat/port.js';
import { ChatNotifier } from '../../bot/notifier.js';
import type { Presenter } from '../../bot/present.js';
import type { View } from '../../cards/views.js';
import { tenantId } from '../../services/model/ids.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { FakeRecordStore } from '../fakes/fake-records.js';

const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
const HANNA = 'hanna';
const ADDRESS: ConversationAddress = {
  conversationId: 'c',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  kind: 'personal',
  botId: '28:bot',
};

const CARD = {
  tenant: TENANT,
  subject: 'r1',
  purpose: 'request',
  audience: HANNA,
  address: ADDRESS,
  activityId: 'a1',
  shown: '',
} as const;

/** A view that says which state of the request it shows. */
const viewOf = ({ state, rev }: RestoreRequest): View => ({ card: 'closed', data: { state, rev } }) as never;

describe('cards of a request, drawn behind the back of who looks', () => {
  let request: RestoreRequest;
  /** Called while a card is being drawn, which reads the tenant and takes its time. */
  let whileDrawing: () => void | Promise<void>;
  let edits: View[];
  let errors: string[];
  /** What Teams answers to the next edits, instead of taking them. */
  let refusals: Error[];
  let ledger: CardLedger;
  let notifier: ChatNotifier;

  const move = (to: Partial<RestoreRequest>): void => {
    request = { ...request, ...to, rev: request.rev + 1 };
  };
  const draw = async (): Promise<void> => {
    await notifier.notify({ event: 'requestChanged', request });
    await notifier.settled();
  };

  beforeEach(async () => {
    request = { tenant: TENANT, id: 'r1', rev: 1, state: 'asks' } as RestoreRequest;
    whileDrawing = () => undefined;
    edits = [];
    errors = [];
    refusals = [];
    const clock = new FakeClock();
    ledger = new CardLedger(new FakeRecordStore());
    const app = {
      clock,
      ledger,
      changes: new Changes(),
      config: { BOT_SERVICE_HOSTS: 'smba.trafficmanager.net' },
      log: { error: (_fields: unknown, text: string) => errors.push(text), warn: () => undefined },
      restore: { get: async () => request },
    } as unknown as App;
    const chat = {
      edit: async (_tenant: unknown, _to: unknown, _id: unknown, view: View) => {
        const refusal = refusals.shift();
        if (refusal) throw refusal;
        edits.push(view);
      },
    } as unknown as ChatPort;
    const present = {
      request: async (drawn: RestoreRequest) => {
        await whileDrawing();
        return viewOf(drawn);
      },
    } as unknown as Presenter;
    notifier = new ChatNotifier(app, chat, present);
    await ledger.record(CARD, clock.now());
  });

  test('a click that moved the request on while its card was being drawn is not covered by the older card', async () => {
    whileDrawing = () => {
      whileDrawing = () => undefined;
      move({ planId: 'plan1' as never });
    };
    await draw();
    expect(edits).toEqual([viewOf(request)]);
  });

  test('nor is a decision', async () => {
    move({ state: 'withdrawn' });
    whileDrawing = () => {
      whileDrawing = () => undefined;
      move({ state: 'denied' });
    };
    await draw();
    expect(edits).toEqual([viewOf(request)]);
  });

  test('progress that runs ahead of the drawing does not keep the card from being edited', async () => {
    move({ state: 'running' });
    whileDrawing = () => move({});
    await draw();
    expect(edits).toHaveLength(1);
  });

  /** As the host does at a click that turns a page: it moves nothing. */
  const turnPage = () => ledger.record({ ...CARD, shown: besideOf(request.rev) }, new FakeClock().now());

  test('a page or picker that the person looks at stays, until the request moves on', async () => {
    await turnPage();
    await draw();
    expect(edits).toEqual([]);
    move({ state: 'waiting' });
    await draw();
    expect(edits).toEqual([viewOf(request)]);
  });

  test('nor is a page covered that was turned while the card was being drawn', async () => {
    whileDrawing = async () => {
      whileDrawing = () => undefined;
      await turnPage();
    };
    await draw();
    expect(edits).toEqual([]);
  });

  test('an edit that Teams puts off, because too much was said, is made a little later', async () => {
    refusals = [Object.assign(new Error('Too many requests.'), { statusCode: 429 })];
    await draw();
    expect(edits).toEqual([viewOf(request)]);
    expect(errors).toEqual([]);
  });

  test('one that Teams refuses for another reason is told to the log, and not tried for ever', async () => {
    refusals = [Object.assign(new Error('Forbidden'), { statusCode: 403 })];
    await draw();
    expect(edits).toEqual([]);
    expect(errors).toEqual(['a card could not be brought up to date']);
  });

  test('what stands there already is not edited', async () => {
    await draw();
    await draw();
    expect(edits).toHaveLength(1);
    expect(errors).toEqual([]);
  });
});
