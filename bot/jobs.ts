/** Name of the job and of its schedule. */
export const BACKUP_JOB = 'backup';
/** Ledger subject of the cards that say "backup started". */
export const BACKUP_ASKED = 'backup:asked';
/** Gives up what retention no longer keeps; every night, after the usual hour of backups. */
export const RETENTION_JOB = 'retention';
export const RETENTION_SCHEDULE = 'daily at 04:30';
