/** Titles of the requests that make or end a way to sign in (story §3.7 buttons). */
export const CREDENTIAL_TITLES = {
  resetPassword: 'Reset password',
  pass: 'Temporary Access Pass',
  revokeSessions: 'Revoke sessions',
} as const;
