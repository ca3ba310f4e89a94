/** Names of the jobs and of their schedules. */
export const BACKUP_JOB = 'backup';
export const RESTORE_JOB = 'restore.run';
/** Ledger subject of the cards that say "backup started". */
export const BACKUP_ASKED = 'backup:asked';
