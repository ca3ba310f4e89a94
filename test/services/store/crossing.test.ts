import { describe, expect, test } from '@jest/globals';
import { MongoNetworkError, MongoServerError } from 'mongodb';
import { crossingPort } from '../../../services/store/crossing.js';

describe('an adapter at its border', () => {
  const away = new MongoNetworkError('connection refused');
  const adapter = (error: Error) =>
    crossingPort({
      answer: async () => 42,
      numbers: async function* () {
        yield 1;
        throw error;
      },
      fail: async () => {
        throw error;
      },
      name: 'x',
    });

  test('a database that is away is told as such, from promises and iterables, with its cause', async () => {
    await expect(adapter(away).fail()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', cause: away });
    const seen: number[] = [];
    const read = async () => {
      for await (const number of adapter(away).numbers()) seen.push(number);
    };
    await expect(read()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(seen).toEqual([1]);
  });

  test('answers and other errors pass as they are', async () => {
    const other = new MongoServerError({ message: 'duplicate', code: 11000 });
    expect(await adapter(other).answer()).toBe(42);
    expect(adapter(other).name).toBe('x');
    await expect(adapter(other).fail()).rejects.toBe(other);
  });
});
