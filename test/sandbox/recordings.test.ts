import { afterAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findContractDir, loadContract } from '../../sandbox/contract/contract.js';
import { EXPLAINED, NOT_YET } from './recordings/differences.js';
import { replay } from './recordings/replay.js';
import type { Scenario } from './recordings/replay.js';

const file = join(findContractDir(), 'graph', 'recordings.json');
const isThere = existsSync(file);
if (!isThere)
  console.warn(`SKIPPED: no recordings at ${file} (CONTRACT_DIR); the real service is not replayed.`);
const scenarios = isThere
  ? (JSON.parse(readFileSync(file, 'utf8')) as { scenarios: Scenario[] }).scenarios
  : [];
const contract = isThere ? loadContract(findContractDir()) : null;
const titled = scenarios.map((scenario) => [`${scenario.name}, ${scenario.recorded}`, scenario] as const);
const whole = titled.filter(([, scenario]) => NOT_YET[scenario.name] === undefined);
const pending = titled.filter(([, scenario]) => NOT_YET[scenario.name] !== undefined);

const used = new Set<number>();
const unexplained = (scenario: Scenario, differences: readonly string[]): string[] =>
  differences.filter((text) => {
    const at = EXPLAINED.findIndex(
      (one) => one.difference.test(text) && (one.until === undefined || scenario.recorded < one.until),
    );
    if (at >= 0) used.add(at);
    return at < 0;
  });

(isThere ? describe : describe.skip)('what the real service answered, the sandbox answers', () => {
  test.each(whole)('%s', async (_title, scenario) => {
    expect(unexplained(scenario, await replay(scenario, contract))).toEqual([]);
  });

  // These must fail: the day one works, it leaves the list of what is not there yet.
  for (const [title, scenario] of pending) {
    test.failing(`${title} (not yet: ${NOT_YET[scenario.name]})`, async () => {
      expect(unexplained(scenario, await replay(scenario, contract))).toEqual([]);
    });
  }

  afterAll(() => {
    // An explanation that explains nothing any more hides the next difference.
    const stale = EXPLAINED.filter((_, at) => !used.has(at)).map((one) => one.because);
    expect(stale).toEqual([]);
  });
});
