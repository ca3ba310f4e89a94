import { isoOf } from '../schema/render.js';
import type { JsonValue, Props } from '../state/types.js';
import { skus } from './tenant-base.js';

export interface PersonFacts {
  readonly name: readonly [given: string, surname: string];
  /** Part before the @. */
  readonly alias: string;
  readonly domain: string;
  readonly department?: string;
  readonly jobTitle?: string;
  readonly office?: readonly [office: string, city: string, country: string, usage: string];
  readonly employeeId?: string;
  readonly phone?: string;
  readonly licences?: readonly (keyof typeof skus)[];
  /** Mail of a guest at home; makes it a guest. */
  readonly guestOf?: string;
  readonly more?: Props;
}

/** The stored properties of one person. */
export function personProps(facts: PersonFacts, createdAt: number): Props {
  const [given, surname] = facts.name;
  const mail = facts.guestOf ?? `${facts.alias}@${facts.domain}`;
  const userPrincipalName = facts.guestOf ? `${facts.guestOf.replace('@', '_')}#EXT#@${facts.domain}` : mail;
  const props: Props = {
    accountEnabled: true,
    displayName: `${given} ${surname}`,
    givenName: given,
    surname,
    mail,
    mailNickname: facts.guestOf ? `${facts.guestOf.replace('@', '_')}#EXT#` : facts.alias,
    userPrincipalName,
    userType: facts.guestOf ? 'Guest' : 'Member',
    proxyAddresses: [`SMTP:${mail}`],
    lastPasswordChangeDateTime: isoOf(createdAt),
    signInSessionsValidFromDateTime: isoOf(createdAt),
    ...licenceProps(facts.licences ?? [], createdAt),
  };
  if (facts.guestOf)
    Object.assign(props, {
      creationType: 'Invitation',
      externalUserState: 'Accepted',
      externalUserStateChangeDateTime: isoOf(createdAt),
    });
  if (facts.department) props['department'] = facts.department;
  if (facts.jobTitle) props['jobTitle'] = facts.jobTitle;
  if (facts.employeeId) props['employeeId'] = facts.employeeId;
  if (facts.phone) props['businessPhones'] = [facts.phone];
  if (facts.office) {
    const [office, city, country, usage] = facts.office;
    Object.assign(props, {
      officeLocation: office,
      city,
      country,
      usageLocation: usage,
      preferredLanguage: 'en-GB',
    });
  }
  return { ...props, ...facts.more };
}

/** Directly assigned licences, in both forms that Graph shows. */
export function licenceProps(names: readonly (keyof typeof skus)[], since: number): Props {
  if (names.length === 0) return {};
  const assigned: JsonValue[] = names.map((name) => ({ skuId: skus[name].skuId, disabledPlans: [] }));
  return {
    assignedLicenses: assigned,
    licenseAssignmentStates: names.map((name) => ({
      skuId: skus[name].skuId,
      disabledPlans: [],
      assignedByGroup: null,
      state: 'Active',
      error: 'None',
      lastUpdatedDateTime: isoOf(since),
    })),
  };
}
