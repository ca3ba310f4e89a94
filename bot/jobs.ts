/** Name of the job and of its schedule. */
export const BACKUP_JOB = 'backup';
/** Ledger subject of the cards that say "backup started", by the newest snapshot when it was asked for. */
export const backupAskedAfter = (seq: number): string => `${BACKUP_ASKED}${seq}`;
export const askedAfter = (subject: string): number | null =>
  subject.startsWith(BACKUP_ASKED) ? Number(subject.slice(BACKUP_ASKED.length)) : null;
const BACKUP_ASKED = 'backup:asked:';
/** Gives up what retention no longer keeps; every night, after the usual hour of backups. */
export const RETENTION_JOB = 'retention';
export const RETENTION_SCHEDULE = 'daily at 04:30';
