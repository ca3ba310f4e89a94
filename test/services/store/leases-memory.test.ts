import { describe } from '@jest/globals';
import { memoryDb } from '../../fakes/memory-db.js';
import { leaseSuite } from './leases.suite.js';

describe('leases, in memory', () => leaseSuite(async () => memoryDb()));
