import { describe } from '@jest/globals';
import { realDb } from '../../fakes/real-db.js';
import { queueSuite } from './queue.suite.js';

describe('job queue, in a real database', () => queueSuite(realDb()));
