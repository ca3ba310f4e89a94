import type { Catalog, LinkSpec } from '../catalog/spec.js';
import type { RiskFacts, Properties } from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';
import type { Give, NamedObject } from '../model/plan.js';
import type { RuleGroup } from './facts.js';

/**
 * What a line gives somebody (SPEC A9), from roles, Conditional Access and app assignments as they are now. What may not be read gives
 * nothing here; `riskKnown` tells the classifier, and the card says so.
 */
export class Gives {
  constructor(
    private readonly risk: RiskFacts,
    private readonly catalog: Catalog,
  ) {}

  get riskKnown(): boolean {
    const { rolesByPrincipal, policiesByGroup, applicationsByGroup } = this.risk;
    return rolesByPrincipal !== null && policiesByGroup !== null && applicationsByGroup !== null;
  }

  rolesOf(id: ObjectId): readonly string[] {
    return this.risk.rolesByPrincipal?.get(id) ?? [];
  }

  /** What being linked to `source` gives, e.g. being a member of a group. Nothing for kinds that carry no rights (manager). */
  ofLink(spec: LinkSpec, source: NamedObject, body: Properties | null): Give[] {
    const because = body ? spec.grantingBecause(body) : null;
    const gives: Give[] = because
      ? [{ text: `${spec.label} of ${source.name} (${because})`, granting: true }]
      : [];
    if (this.catalog.find(spec.sourceType)?.signsIn) return gives;
    return [...gives, ...this.ofGroup(source, ` through ${source.name}`)];
  }

  /** What a group gives to whoever is in it. */
  ofGroup(group: NamedObject, how: string): Give[] {
    const roles = this.rolesOf(group.id).map((role) => ({
      text: `the role "${role}"${how}`,
      granting: true,
    }));
    const policies = (this.risk.policiesByGroup?.get(group.id) ?? []).map((policy) => ({
      text: `what the Conditional Access policy "${policy}" says of ${group.name}`,
      granting: true,
    }));
    const applications = (this.risk.applicationsByGroup?.get(group.id) ?? []).map((application) => ({
      text: `access to "${application}"${how}`,
      granting: false,
    }));
    return [...roles, ...policies, ...applications];
  }

  /** A property that a dynamic rule reads gives what the rule's group gives (SPEC A1). */
  ofProperty(property: string, rules: readonly RuleGroup[]): Give[] {
    const reads = new RegExp(`\\buser\\.${property}\\b`, 'i');
    return rules
      .filter(({ rule }) => reads.test(rule))
      .flatMap(({ object }) =>
        this.ofGroup(object, ` if the rule of ${object.name} matches (it reads ${property})`),
      );
  }
}
