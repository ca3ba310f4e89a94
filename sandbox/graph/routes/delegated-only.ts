import { denied } from '../http/errors.js';
import type { Method, Route } from '../http/router.js';

/**
 * What only a person may ask for: the permissions slice lists no application permission (or FACTS §8 says so), and every caller of
 * the sandbox is an application. Being refused is the answer.
 */
const operations: readonly (readonly [method: Method, pattern: string])[] = [
  ['POST', '/users/{id}/changePassword'],
  ['POST', '/users/{id}/authentication/methods/{method}/resetPassword'],
  ['POST', '/devices'],
  ...(['acceptedSenders', 'rejectedSenders'] as const).flatMap(
    (list) =>
      [
        ['GET', `/groups/{id}/${list}`],
        ['GET', `/groups/{id}/${list}/$count`],
        ['GET', `/groups/{id}/${list}/$ref`],
        ['POST', `/groups/{id}/${list}/$ref`],
        ['DELETE', `/groups/{id}/${list}/$ref`],
      ] as const,
  ),
];

export const delegatedOnlyRoutes: readonly Route[] = operations.map(([method, pattern]) => ({
  method,
  pattern,
  permissions: [],
  handle: () => {
    throw denied();
  },
}));
