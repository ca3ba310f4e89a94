import { describe, expect, test } from '@jest/globals';
import { costOf, createGovernor } from '../../../services/graph/governor.js';
import { FakeMachineTime } from './scripted-graph.js';

const read = (units: number) => ({ units, writes: 0, conditionalAccess: false });

describe('request costs', () => {
  test.each([
    ['GET', '/users?$select=id&$expand=manager($select=id)&$top=999', 2],
    ['GET', '/users', 2],
    ['GET', '/users?$top=5', 1],
    ['GET', '/users/x?$select=id', 1],
    ['GET', '/groups/x/members?$select=id', 2],
    ['GET', '/groups/x/transitiveMembers', 5],
    ['GET', '/users/x/memberOf', 2],
    ['POST', '/users/x/checkMemberGroups', 4],
  ])('%s %s takes %i resource units', (method, path, units) => {
    expect(costOf(method, path)).toEqual({ units, writes: 0, conditionalAccess: false });
  });

  test('a change takes a unit and a write', () => {
    expect(costOf('PATCH', '/groups/x')).toEqual({ units: 1, writes: 1, conditionalAccess: false });
    expect(costOf('POST', '/groups/x/members/$ref').writes).toBe(1);
  });

  test('Conditional Access has a bucket of its own', () => {
    expect(costOf('GET', '/identity/conditionalAccess/policies').conditionalAccess).toBe(true);
  });
});

describe('governor', () => {
  /** Largest sum of amounts sent within any window of the length. */
  const busiest = (sent: readonly (readonly [at: number, amount: number])[], windowInMs: number): number =>
    Math.max(
      ...sent.map(([start]) =>
        sent
          .filter(([at]) => at >= start && at < start + windowInMs)
          .reduce((sum, [, amount]) => sum + amount, 0),
      ),
    );

  test('[R21] stays under the resource units of the smallest tenant in every window, and uses most of them', async () => {
    const time = new FakeMachineTime();
    const governor = createGovernor(time);
    const sent: [number, number][] = [];
    while (time.now() < 60_000) {
      await governor.admit(read(50));
      sent.push([time.now(), 50]);
    }
    expect(busiest(sent, 10_000)).toBeLessThanOrEqual(3_500);
    expect(busiest(sent, 10_000)).toBeGreaterThan(2_500);
  });

  test('[R21] stays under 3,000 writes in every two and a half minutes', async () => {
    const time = new FakeMachineTime();
    const governor = createGovernor(time);
    const sent: [number, number][] = [];
    while (time.now() < 400_000) {
      await governor.admit({ units: 1, writes: 20, conditionalAccess: false });
      sent.push([time.now(), 20]);
    }
    expect(busiest(sent, 150_000)).toBeLessThanOrEqual(3_000);
    expect(busiest(sent, 150_000)).toBeGreaterThan(2_000);
  });

  test('a larger tenant gets a larger bucket', async () => {
    const timeFor = async (users: number): Promise<number> => {
      const time = new FakeMachineTime();
      const governor = createGovernor(time);
      governor.tenantHas(users);
      for (let sent = 0; sent < 20_000; sent += 100) await governor.admit(read(100));
      return time.now();
    };
    expect(await timeFor(5_000)).toBeLessThan((await timeFor(10)) / 2);
  });

  test('a 429 holds back everything until it is over', async () => {
    const time = new FakeMachineTime();
    const governor = createGovernor(time);
    governor.pause(5_000);
    await governor.admit(read(1));
    expect(time.now()).toBeGreaterThanOrEqual(5_000);
  });

  test('Conditional Access is read once a second', async () => {
    const time = new FakeMachineTime();
    const governor = createGovernor(time);
    for (let count = 0; count < 4; count += 1)
      await governor.admit({ units: 0, writes: 0, conditionalAccess: true });
    expect(time.now()).toBeGreaterThanOrEqual(3_000);
  });

  test('goes at half speed while Graph reports that the limit is near', async () => {
    const near = new FakeMachineTime();
    const busy = createGovernor(near);
    for (let sent = 0; sent < 10_000; sent += 100) {
      await busy.admit(read(100));
      busy.settle(read(100), undefined, 0.95);
    }
    const far = new FakeMachineTime();
    const calm = createGovernor(far);
    for (let sent = 0; sent < 10_000; sent += 100) {
      await calm.admit(read(100));
      calm.settle(read(100), undefined, undefined);
    }
    expect(near.now()).toBeGreaterThan(far.now() * 1.5);
  });

  test('what Graph really charged is what counts', async () => {
    const time = new FakeMachineTime();
    const governor = createGovernor(time);
    await governor.admit(read(1));
    governor.settle(read(1), 4_000, undefined);
    await governor.admit(read(1));
    expect(time.now()).toBeGreaterThan(0);
  });
});
