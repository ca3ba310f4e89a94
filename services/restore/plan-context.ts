import type { Catalog } from '../catalog/spec.js';
import type { RestoreOptions } from '../model/plan.js';
import type { PlanFacts } from './facts.js';
import type { PlanDraft } from './plan-draft.js';
import type { Gives } from './plan-gives.js';

/** What the parts of the planner share while one plan is made. */
export interface PlanContext {
  readonly facts: PlanFacts;
  readonly options: RestoreOptions;
  readonly catalog: Catalog;
  readonly gives: Gives;
  readonly draft: PlanDraft;
  readonly leftOut: (key: string) => boolean;
}
