import { readRequest } from '../requests.js';
import { readHold, readPrune, readRelease } from '../retention.js';
import { plain } from '../spec.js';
import { quote } from '../tokens.js';
import { row } from './kit.js';

/** What auditors and administrators look after. */
export const UPKEEP = {
  audit: row({
    name: 'audit',
    words: ['audit', 'audit log', 'show audit'],
    title: 'audit',
    description: 'Who asked, who decided, what was written; all of it or one request.',
    syntax: 'audit [N]',
    details: [],
    examples: ['audit 31', 'audit'],
    role: 'auditor',
    read: (rest) => {
      if (rest.tokens.length === 0) return { command: 'audit' };
      const found = readRequest(rest.tokens);
      return found === null || found.rest.length > 0
        ? {
            miss: 'incomplete',
            text: rest.line,
            command: 'audit',
            missing: 'the number of a request',
            example: 'audit 31',
          }
        : { command: 'audit', request: found.request };
    },
    format: ({ request }) => (request === undefined ? 'audit' : `audit ${request}`),
  }),
  verify: row({
    name: 'verify',
    words: ['verify', 'verify now', 'check integrity'],
    title: 'verify',
    description: 'Recomputes every hash and count and names the first that does not hold.',
    syntax: 'verify',
    details: [],
    examples: ['verify'],
    role: 'auditor',
    read: plain<'verify'>({ command: 'verify' }),
    format: () => 'verify',
  }),
  hold: row({
    name: 'hold',
    words: ['hold snapshot', 'hold', 'legal hold', 'keep snapshot'],
    title: 'hold snapshot',
    description: 'Keeps a snapshot whole, whatever the retention says, until it is released.',
    syntax: 'hold snapshot N because "REASON"',
    details: [{ term: 'N', text: 'number of the snapshot, as restore points name it' }],
    examples: ['hold snapshot 14 because "case 2026-117"'],
    role: 'auditor',
    read: readHold,
    format: ({ snapshot, because }) => `hold snapshot ${snapshot} because ${quote(because)}`,
  }),
  release: row({
    name: 'release',
    words: ['release snapshot', 'release', 'release hold', 'release the hold on', 'end hold'],
    title: 'release snapshot',
    description: 'Ends the legal hold of a snapshot; from then on retention decides.',
    syntax: 'release snapshot N',
    details: [],
    examples: ['release snapshot 14'],
    role: 'auditor',
    read: readRelease,
    format: ({ snapshot }) => `release snapshot ${snapshot}`,
  }),
  prune: row({
    name: 'prune',
    words: ['prune', 'apply retention', 'thin out'],
    title: 'prune',
    description: 'Gives up the snapshots that retention no longer keeps, as every night does.',
    syntax: 'prune [dry run]',
    details: [{ term: 'dry run', text: 'says what would go and what is held; changes nothing' }],
    examples: ['prune dry run', 'prune'],
    role: 'administrator',
    read: readPrune,
    format: ({ dryRun }) => (dryRun ? 'prune dry run' : 'prune'),
  }),
} as const;
