export { createHandoffService } from './service.js';
export type { HandoffDeps } from './deps.js';
