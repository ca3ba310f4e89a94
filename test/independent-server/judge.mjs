/**
 * Compares a run of the store's contract on the independent server (jest --json) with the list of known differences.
 *   node judge.mjs RESULT.json
 * Fails when a test failed that is not listed, or when one passed that is listed as failing always: the list is kept true.
 */
import { readFileSync } from 'node:fs';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const known = JSON.parse(readFileSync(new URL('differences.json', import.meta.url), 'utf8'));

const all = testResults.flatMap(({ name, message, assertionResults }) =>
  assertionResults.length > 0
    ? assertionResults
    : [{ fullName: name, status: 'failed', failureMessages: [message] }],
);
const of = (status) => all.filter((each) => each.status === status).map(({ fullName }) => fullName);
const [passed, failed] = [of('passed'), of('failed')];
const isOf = (difference) => (title) => title.includes(difference.test);

const unknown = failed.filter((title) => !known.some((difference) => isOf(difference)(title)));
const over = known.filter((difference) => difference.always && passed.some(isOf(difference)));
const gone = known.filter((difference) => !all.some(({ fullName }) => isOf(difference)(fullName)));

console.log(`FerretDB: ${passed.length} tests of the store's contract hold, ${failed.length} differ`);
for (const title of failed) console.log(`  differs: ${title}`);
for (const title of unknown) {
  const { failureMessages } = all.find(({ fullName }) => fullName === title);
  console.error(`!! not in differences.json: ${title}\n${failureMessages.join('\n')}`);
}
for (const { test } of over) console.error(`!! no longer differs, take it off differences.json: ${test}`);
for (const { test } of gone) console.error(`!! no test has this title any more: ${test}`);
process.exit(unknown.length + over.length + gone.length === 0 && passed.length > 0 ? 0 : 1);
