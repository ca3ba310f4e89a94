/** Name of the job and of its schedule. */
export const BACKUP_JOB = 'backup';
/** Ledger subject of the cards that say "backup started". */
export const BACKUP_ASKED = 'backup:asked';
