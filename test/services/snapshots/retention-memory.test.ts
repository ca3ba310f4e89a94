import { memoryDb } from '../../fakes/memory-db.js';
import { retentionSuite } from './retention.suite.js';

retentionSuite(() => Promise.resolve(memoryDb()), 100);
