import { beforeEach, describe, expect, test } from '@jest/globals';
import { CardLedger, type PostedCard } from '../../../bot/chat/ledger.js';
import { tenantId } from '../../../services/model/ids.js';
import { FakeRecordStore } from '../../fakes/fake-records.js';

const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
const NOW = new Date('2026-11-21T09:50:00Z');
const LATER = new Date('2026-11-21T10:50:00Z');

const card = (purpose: PostedCard['purpose']) => ({
  tenant: TENANT,
  subject: 'request-1',
  purpose,
  audience: 'somebody',
  address: { conversationId: 'c', serviceUrl: 'https://teams', kind: 'personal' as const, botId: '28:bot' },
});

describe('the ledger of posted cards', () => {
  let ledger: CardLedger;
  beforeEach(() => {
    ledger = new CardLedger(new FakeRecordStore());
  });

  test('one claim at a time; what stands is claimed by nobody', async () => {
    const claim = await ledger.claim(card('approval'), NOW);
    expect(await ledger.claim(card('approval'), NOW)).toBeNull();
    await ledger.settle({ ...claim!, activityId: 'a', shown: 'x' });
    expect(await ledger.claim(card('approval'), LATER)).toBeNull();
    expect((await ledger.of(TENANT, 'request-1')).map(({ activityId }) => activityId)).toEqual(['a']);
  });

  test('[R20] of a process that died while it posted: a card to act on is posted again, news in the channel never twice', async () => {
    await ledger.claim(card('approval'), NOW);
    await ledger.claim(card('channel'), NOW);
    expect(await ledger.claim(card('approval'), LATER)).toMatchObject({ purpose: 'approval' });
    expect(await ledger.claim(card('channel'), LATER)).toBeNull();
  });

  test('what Teams did not take is claimed again at once; a claim that somebody else holds by now is not given back', async () => {
    const refused = await ledger.claim(card('channel'), NOW);
    await ledger.release(refused!);
    expect(await ledger.claim(card('channel'), NOW)).toMatchObject({ purpose: 'channel' });

    const late = await ledger.claim(card('approval'), NOW);
    const taken = await ledger.claim(card('approval'), LATER);
    await ledger.release(late!);
    expect(await ledger.settle({ ...taken!, activityId: 'a', shown: 'x' })).toMatchObject({
      activityId: 'a',
    });
  });
});
