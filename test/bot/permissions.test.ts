import { describe, expect, test } from '@jest/globals';
import { authorize, COMMAND_RULES, VERB_RULES } from '../../bot/permissions.js';
import type { Turn } from '../../bot/turn.js';
import { objectId, tenantId } from '../../services/model/ids.js';
import { RewindError } from '../../services/model/errors.js';
import type { BotRole, Door, RoleReader } from '../../services/model/people.js';

const tenant = tenantId('11111111-1111-4111-8111-111111111111');
const turn = (door: Door): Turn => ({
  tenant,
  person: { tenant, objectId: objectId('22222222-2222-4222-8222-222222222222'), name: 'Somebody' },
  door,
  place: 'personal',
  timeZone: 'UTC',
  reference: 'test',
});
const holding = (...roles: BotRole[]): RoleReader => ({
  rolesOf: () => Promise.resolve(new Set(roles)),
  peopleWith: () => Promise.resolve([]),
  groupName: (role) => `group of ${role}s`,
});
const DOORS: readonly Door[] = ['text', 'click', 'dialog', 'refresh', 'terminal'];
const ROLES: readonly BotRole[] = ['reader', 'operator', 'approver', 'administrator', 'auditor'];
const rules = [...Object.entries(COMMAND_RULES), ...Object.entries(VERB_RULES)];

describe('[A5] authorize', () => {
  test.each(rules)('%s: at every door exactly the roles of its row', async (_name, rule) => {
    for (const door of DOORS) {
      for (const role of ROLES) {
        const allowed = rule === 'anyone' || rule.includes(role);
        const outcome = await authorize(turn(door), rule, holding(role)).then(
          () => true,
          (error: unknown) => (error as RewindError).code,
        );
        expect([door, role, outcome]).toEqual([door, role, allowed ? true : 'NOT_ALLOWED']);
      }
      const nobody = await authorize(turn(door), rule, holding()).then(
        () => true,
        () => false,
      );
      expect(nobody).toBe(rule === 'anyone');
    }
  });

  test('only what changes nothing, or is checked again by its own rule, is open to anyone', () => {
    const open = rules.filter(([, rule]) => rule === 'anyone').map(([name]) => name);
    expect(open.sort()).toEqual([
      'choose',
      'command.run',
      'dismiss',
      'handoff.close',
      'handoff.show',
      'hello',
      'help',
      'reveal',
    ]);
  });

  test('deciding is for approvers alone, asking never for a reader', () => {
    expect(COMMAND_RULES.approve).toEqual(['approver']);
    expect(VERB_RULES['approval.approve']).toEqual(['approver']);
    for (const name of ['restore.ask', 'restore.preview', 'request.undo', 'credential.start'] as const)
      expect(VERB_RULES[name]).not.toContain('reader');
  });

  test('roles that cannot be read are a refusal', async () => {
    const broken: RoleReader = {
      ...holding(),
      rolesOf: () => Promise.reject(new RewindError('RIGHTS_UNKNOWN')),
    };
    await expect(authorize(turn('click'), VERB_RULES['approval.approve'], broken)).rejects.toMatchObject({
      code: 'RIGHTS_UNKNOWN',
    });
  });
});
