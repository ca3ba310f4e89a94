import { describe } from '@jest/globals';
import { realDb } from '../../../fakes/real-db.js';
import { historySuite } from './history.suite.js';

describe('history, in a real database', () => historySuite(realDb()));
