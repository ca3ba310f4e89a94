import { describe } from '@jest/globals';
import { realDb } from '../../../fakes/real-db.js';
import { historySuite } from './history.suite.js';
import { searchSuite } from './search.suite.js';

describe('history, in a real database', () => {
  const openDb = realDb();
  describe('facts and runs', () => historySuite(openDb));
  describe('search', () => searchSuite(openDb));
});
