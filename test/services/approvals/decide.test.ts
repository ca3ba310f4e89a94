import { describe, expect, test } from '@jest/globals';
import {
  approved,
  denied,
  isAskedOf,
  isExpired,
  reassigned,
  withdrawn,
} from '../../../services/approvals/decide.js';
import { DEFAULT_POLICY, needsOf } from '../../../services/approvals/policy.js';
import type { PlanClass } from '../../../services/model/plan.js';
import type { RestoreRequest } from '../../../services/model/restore.js';
import { newRequestId, systemRandom } from '../../../services/model/random.js';
import { ARUN, HANNA, MEI, OPTIONS, SOFIA, TENANT, ZONE } from '../restore/world.js';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const GROUP = 'Identity approvers';
const HASH = 'a'.repeat(64);

function waiting(planClass: PlanClass, change: Partial<RestoreRequest> = {}): RestoreRequest {
  return {
    tenant: TENANT,
    id: newRequestId(systemRandom),
    rev: 3,
    number: 31,
    kind: 'restore',
    requester: HANNA,
    timeZone: ZONE,
    subjects: [],
    point: null,
    options: OPTIONS,
    state: 'waiting',
    createdAt: NOW.toISOString(),
    approval: {
      needs: needsOf(planClass, true, DEFAULT_POLICY),
      askedAt: NOW.toISOString(),
      expiresAt: '2026-11-21T10:00:00.000Z',
      number: 47,
      planHash: HASH,
      decisions: [],
    },
    ...change,
  };
}
const approve = (request: RestoreRequest, by = ARUN, typedNumber?: number, planHash = HASH): RestoreRequest =>
  approved(request, { by, planHash, ...(typedNumber === undefined ? {} : { typedNumber }) }, NOW, GROUP);

describe('[A1] the table of classes', () => {
  test.each([
    ['small', 0, false, 1],
    ['ordinary', 1, false, 1],
    ['bulk', 1, true, 2],
    ['granting', 2, true, 1],
  ] as const)(
    '%s: %i approvers, number typed: %s, expires after %i h',
    (planClass, approvers, typeNumber, hours) => {
      expect(needsOf(planClass, true, DEFAULT_POLICY)).toEqual({
        approvers,
        typeNumber,
        expiresInMs: hours * 3_600_000,
      });
    },
  );
  test.each(['small', 'ordinary', 'bulk', 'granting'] as const)(
    '%s takes two where risk may not be read',
    (planClass) => {
      expect(needsOf(planClass, false, DEFAULT_POLICY).approvers).toBe(2);
    },
  );
});

describe('approving', () => {
  test('[A2] one other person is enough for ordinary', () => {
    expect(approve(waiting('ordinary'))).toMatchObject({
      state: 'running',
      approval: { decisions: [{ by: ARUN, verdict: 'approved' }] },
    });
  });
  test('[A2] never the requester', () => {
    expect(() => approve(waiting('ordinary'), HANNA)).toThrow(
      expect.objectContaining({ code: 'OWN_REQUEST' }),
    );
    expect(() => denied(waiting('ordinary'), HANNA, undefined, NOW, GROUP)).toThrow(
      expect.objectContaining({ code: 'OWN_REQUEST' }),
    );
  });
  test('[A2] one person counts once, two are needed for granting', () => {
    const once = approve(waiting('granting'), ARUN, 47);
    expect(once.state).toBe('waiting');
    expect(() => approve(once, { ...ARUN, name: 'Another name' }, 47)).toThrow(
      expect.objectContaining({ code: 'ALREADY_DECIDED' }),
    );
    expect(approve(once, MEI, 47).state).toBe('running');
  });
  test('[A10] the number is asked where the class asks for it, and only there', () => {
    for (const typed of [undefined, 46])
      expect(() => approve(waiting('bulk'), ARUN, typed)).toThrow(
        expect.objectContaining({ code: 'NUMBER_WRONG' }),
      );
    expect(approve(waiting('bulk'), ARUN, 47).state).toBe('running');
    expect(approve(waiting('ordinary'), ARUN, 12).state).toBe('running');
  });
  test('[A3] another plan than the one on the card is not approved by it', () => {
    expect(() => approve(waiting('ordinary'), ARUN, undefined, 'b'.repeat(64))).toThrow(
      expect.objectContaining({ code: 'CARD_OLD' }),
    );
  });
  test('[A4] expired, decided, withdrawn: no click counts any more', () => {
    const late = new Date('2026-11-21T10:00:00.000Z');
    expect(isExpired(waiting('ordinary'), late)).toBe(true);
    expect(() => approved(waiting('ordinary'), { by: ARUN, planHash: HASH }, late, GROUP)).toThrow(
      expect.objectContaining({ code: 'CARD_EXPIRED' }),
    );
    for (const state of ['running', 'done', 'denied', 'withdrawn', 'cancelled', 'lapsed'] as const)
      expect(() => approve(waiting('ordinary', { state }))).toThrow(
        expect.objectContaining({ code: 'ALREADY_DECIDED' }),
      );
    expect(() => approve(waiting('ordinary', { state: 'expired' }))).toThrow(
      expect.objectContaining({ code: 'CARD_EXPIRED' }),
    );
  });
});

describe('[A4] the other answers', () => {
  test('one "no" decides, with its comment', () => {
    const once = approve(waiting('granting'), ARUN, 47);
    expect(denied(once, MEI, '  not today ', NOW, GROUP)).toMatchObject({
      state: 'denied',
      approval: { decisions: [{}, { by: MEI, verdict: 'denied', comment: 'not today' }] },
    });
  });
  test('whoever comes later reads who decided: the one "no", not the "yes" before it', () => {
    const no = denied(approve(waiting('granting'), ARUN, 47), MEI, undefined, NOW, GROUP);
    expect(() => approve(no, SOFIA, 47)).toThrow(
      expect.objectContaining({ details: { who: MEI.name, state: 'denied' } }),
    );
  });
  test('is asked of nobody who asked for it, decided already, or was left out when it was handed on', () => {
    const once = approve(waiting('granting'), ARUN, 47);
    expect([HANNA, ARUN, MEI].map((person) => isAskedOf(once, person))).toEqual([false, false, true]);
    const handed = reassigned(once, MEI, [SOFIA], NOW, GROUP);
    expect([MEI, SOFIA].map((person) => isAskedOf(handed, person))).toEqual([false, true]);
    expect(isAskedOf(denied(once, MEI, undefined, NOW, GROUP), SOFIA)).toBe(false);
  });
  test('handed to somebody else: only they are asked, never the requester, never too few', () => {
    const handed = reassigned(waiting('ordinary'), ARUN, [MEI], NOW, GROUP);
    expect(() => approve(handed, ARUN)).toThrow(expect.objectContaining({ code: 'NOT_YOUR_REQUEST' }));
    expect(approve(handed, MEI).state).toBe('running');
    expect(() => reassigned(waiting('ordinary'), ARUN, [HANNA], NOW, GROUP)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
    expect(() => reassigned(waiting('granting'), ARUN, [MEI, MEI], NOW, GROUP)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
    const once = approve(waiting('granting'), ARUN, 47);
    expect(() => reassigned(once, MEI, [ARUN], NOW, GROUP)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
    expect(reassigned(once, MEI, [SOFIA], NOW, GROUP).approval!.reassignedTo).toEqual([SOFIA]);
  });
  test('only the requester withdraws, and only what waits', () => {
    expect(withdrawn(waiting('ordinary'), HANNA).state).toBe('withdrawn');
    expect(withdrawn(waiting('ordinary', { state: 'asks' }), HANNA).state).toBe('cancelled');
    expect(() => withdrawn(waiting('ordinary'), ARUN)).toThrow(
      expect.objectContaining({ code: 'NOT_YOUR_REQUEST' }),
    );
    expect(() => withdrawn(waiting('ordinary', { state: 'running' }), HANNA)).toThrow(
      expect.objectContaining({ code: 'ALREADY_DECIDED' }),
    );
  });
});
