/** The people of STORY §3 as the sandbox's tenant has them: by display name who writes to the bot, by sign-in name who is restored. */
export const HANNA = 'Hanna Berg';
export const ARUN = 'Arun Patel';
export const MEI = 'Mei Lin';
export const SOFIA = 'Sofia Rossi';
export const TOM = 'Tom Okafor';
export const ALICE = 'alice.moreau@contoso.example';
export const CHEN = 'alice.chen@contoso.example';
export const ERIK = 'erik.sand@contoso.example';
