import { describe } from '@jest/globals';
import { realDb } from '../../fakes/real-db.js';
import { leaseSuite } from './leases.suite.js';

describe('leases, in a real database', () => leaseSuite(realDb()));
