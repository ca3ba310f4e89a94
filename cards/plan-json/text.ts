import type { PlanJsonData } from './data.js';

/** Nothing but the JSON: it is there to be piped. */
export const planJsonText = (data: PlanJsonData): string => data.code;
