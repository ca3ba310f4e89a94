import { nearest } from './nearest.js';

/** What a restore can bring back besides the object itself (SPEC R6), with the words people use for it. */
const ASPECTS: Readonly<Record<string, readonly string[]>> = {
  memberships: ['membership', 'groups', 'group memberships', 'group membership', 'member of'],
  ownerships: ['ownership', 'owned groups', 'owner of'],
  manager: ['managers', 'boss'],
  members: ['group members'],
  owners: ['owner'],
  reports: ['direct reports'],
  roles: ['role', 'role assignments', 'admin roles', 'directory roles'],
  licences: ['licence', 'license', 'licenses'],
  applications: ['application', 'apps', 'app roles', 'app role assignments'],
  methods: ['sign-in methods', 'authentication methods', 'mfa', 'auth methods'],
  photo: ['picture', 'photos'],
};

const BY_WORD = new Map(
  Object.entries(ASPECTS).flatMap(([aspect, words]) =>
    [aspect, ...words].map((word) => [word, aspect] as const),
  ),
);

export const ASPECT_NAMES: readonly string[] = Object.keys(ASPECTS);

/** The catalogue's name for a word, or undefined. "everything" is every aspect; the object's type decides which of them it has. */
export const aspectsOf = (word: string): readonly string[] | undefined => {
  if (/^(?:everything|all|all links|all relationships)$/.test(word)) return ASPECT_NAMES;
  const aspect = BY_WORD.get(word.replace(/^(?:the|all|their|her|his|its) /, ''));
  return aspect === undefined ? undefined : [aspect];
};

export const nearestAspect = (word: string): string | undefined => {
  const near = nearest(word, [...BY_WORD.keys()]);
  return near === undefined ? undefined : BY_WORD.get(near);
};
