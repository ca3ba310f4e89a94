/**
 * What the sandbox simulates, how closely, and where each behaviour is known from. README.md shows this list; a test keeps the two
 * equal and checks that every test named here is there.
 */
import { AUTHORITY } from './authority.js';
import type { Behaviour } from './behaviour.js';
import { GRAPH } from './graph.js';
import { PROCESS } from './process.js';
import { TEAMS } from './teams.js';

export const BEHAVIOURS: readonly Behaviour[] = [...GRAPH, ...AUTHORITY, ...TEAMS, ...PROCESS];
