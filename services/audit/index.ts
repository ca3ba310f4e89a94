export { Outbox, OWES_AUDIT_INDEX, type News } from './outbox.js';
export { createAuditLog, type AuditDeps } from './audit-log.js';
