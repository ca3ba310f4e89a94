export { createAuditLog, type AuditDeps } from './audit-log.js';
