export { createRestoreService } from './service.js';
export type { RestoreDeps } from './deps.js';
export { givesOfPlan, linesOf } from './plan.js';
