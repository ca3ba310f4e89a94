import { mapStoreError } from './connect.js';

/** An adapter whose methods, their promises and their iterables throw STORE_UNREACHABLE instead of the driver's errors. */
export function crossingPort<T extends object>(port: T): T {
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
      throw mapStoreError(error);
    });
  return isAsyncIterable(result) ? mappedIterable(result) : result;
}

async function* mappedIterable(items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* items;
  } catch (error) {
    throw mapStoreError(error);
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
