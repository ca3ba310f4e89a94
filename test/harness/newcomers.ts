/** A step for `World.damage`: adds a user of Finance. */
export const newUser = (displayName: string, userPrincipalName: string) => ({
  do: 'createUser',
  properties: {
    displayName,
    userPrincipalName,
    mailNickname: userPrincipalName.split('@')[0],
    accountEnabled: true,
    department: 'Finance',
    passwordProfile: { password: 'Nobody-knows-1' },
  },
});

/** The same for a security group with assigned members. */
export const newGroup = (displayName: string) => ({
  do: 'createGroup',
  properties: {
    displayName,
    mailNickname: displayName.replaceAll(' ', ''),
    securityEnabled: true,
    mailEnabled: false,
    groupTypes: [],
  },
});
