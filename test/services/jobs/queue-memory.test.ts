import { describe } from '@jest/globals';
import { memoryDb } from '../../fakes/memory-db.js';
import { queueSuite } from './queue.suite.js';

describe('job queue, in memory', () => queueSuite(async () => memoryDb()));
