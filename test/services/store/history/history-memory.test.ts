import { describe } from '@jest/globals';
import { memoryDb } from '../../../fakes/memory-db.js';
import { historySuite } from './history.suite.js';
import { searchSuite } from './search.suite.js';

describe('history, in memory', () => {
  describe('facts and runs', () => historySuite(async () => memoryDb()));
  describe('search', () => searchSuite(async () => memoryDb()));
});
