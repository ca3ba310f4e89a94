import {
  MongoClientClosedError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { RewindError } from '../model/errors.js';

const AWAY = [
  MongoClientClosedError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
];

/** The driver's "the database is not there" as the error that a person is told; everything else as it is. */
export const asStoreError = (error: unknown): unknown =>
  AWAY.some((away) => error instanceof away)
    ? new RewindError('STORE_UNREACHABLE', {}, { cause: error })
    : error;

/** An adapter whose methods, their promises and their iterables throw STORE_UNREACHABLE instead of the driver's errors. */
export function crossing<T extends object>(port: T): T {
  const wrapped = Object.entries(port).map(([name, member]) => [
    name,
    typeof member === 'function'
      ? (...args: unknown[]) => mapped(() => (member as (...args: unknown[]) => unknown)(...args))
      : member,
  ]);
  return Object.fromEntries(wrapped) as T;
}

function mapped(call: () => unknown): unknown {
  const result = call();
  if (result instanceof Promise)
    return result.catch((error: unknown) => {
      throw asStoreError(error);
    });
  return isAsyncIterable(result) ? mappedIterable(result) : result;
}

async function* mappedIterable(items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* items;
  } catch (error) {
    throw asStoreError(error);
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
