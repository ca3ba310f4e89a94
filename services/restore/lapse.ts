import type { JsonValue } from '../model/json.js';
import type { Operation, Plan } from '../model/plan.js';
import type { PlanContent } from './plan.js';

/** What a line is in one plan: where it stands and in which words. */
interface Standing {
  readonly name: string;
  readonly status: string;
}

/** What moved between the plan that was approved and the one that would be right now, one line each (STORY §3.6). */
export function whatMoved(before: Plan, after: PlanContent): readonly string[] {
  const [old, now] = [standings(before), standings(after)];
  const moved: string[] = [];
  for (const [key, { name, status }] of old) {
    const next = now.get(key);
    if (!next) moved.push(`${name}: ${status}; that is no longer needed.`);
    else if (next.status !== status) moved.push(`${name}: ${status} → ${next.status}.`);
  }
  for (const [key, { name, status }] of now) if (!old.has(key)) moved.push(`${name}: ${status} (new).`);
  if (moved.length === 0 && before.class !== after.class)
    moved.push(`What this gives has changed: it was ${before.class}, it is ${after.class} now.`);
  return moved.length > 0 ? moved : ['What the plan gives, or who it concerns, has changed.'];
}

function standings(plan: Plan | PlanContent): ReadonlyMap<string, Standing> {
  const lines = new Map<string, Standing>();
  for (const operation of plan.operations)
    for (const [key, standing] of operationLines(operation)) lines.set(key, standing);
  for (const { key, object } of plan.expected)
    lines.set(key, { name: object.name, status: 'comes back with the account' });
  for (const { key, object, reason } of plan.skips)
    lines.set(key, { name: object.name, status: `skipped (${reason})` });
  return lines;
}

function operationLines(operation: Operation): [string, Standing][] {
  switch (operation.do) {
    case 'update':
      return operation.changes.map(({ key, label, before, after }) => [
        key,
        { name: `${operation.object.name}, ${label}`, status: `${words(before)} → ${words(after)}` },
      ]);
    case 'link':
    case 'unlink':
      return [
        [
          operation.key,
          {
            name: linkName(operation),
            status:
              operation.do === 'unlink'
                ? 'to take away'
                : operation.replaces === undefined
                  ? 'to add'
                  : `to add, instead of ${operation.replaces.name}`,
          },
        ],
      ];
    default:
      return [[operation.key, { name: operation.object.name, status: WORDS[operation.do] }]];
  }
}

/** "Alice Moreau in Finance leads"; between two of a kind who is whose: "Alice Moreau, manager Tom Okafor". */
const linkName = ({ kind, sourceName, targetName }: Extract<Operation, { do: 'link' | 'unlink' }>): string =>
  sourceName.type === targetName.type
    ? `${sourceName.name}, ${kind} ${targetName.name}`
    : `${targetName.name} in ${sourceName.name}`;

const WORDS = {
  undelete: 'to undelete',
  create: 'to recreate',
  delete: 'to delete',
  revokeSessions: 'sessions to end',
  issueCredential: 'credential to issue',
} as const;

function words(value: JsonValue | undefined): string {
  if (value === undefined) return '(unknown)';
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return '(empty)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
