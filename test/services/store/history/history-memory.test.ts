import { describe } from '@jest/globals';
import { memoryDb } from '../../../fakes/memory-db.js';
import { historySuite } from './history.suite.js';

describe('history, in memory', () => historySuite(async () => memoryDb()));
