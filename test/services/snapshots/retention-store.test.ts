import { realDb } from '../../fakes/real-db.js';
import { retentionSuite } from './retention.suite.js';

retentionSuite(realDb(), 8);
