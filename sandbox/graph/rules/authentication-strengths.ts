import type { Props } from '../state/types.js';

/** The three strengths that every tenant has, with their fixed ids, and the combinations that a custom one may take. */
const phishingResistant = ['windowsHelloForBusiness', 'fido2', 'x509CertificateMultiFactor'];
const passwordless = [...phishingResistant, 'deviceBasedPush'];
const multifactor = [
  ...passwordless,
  'temporaryAccessPassOneTime',
  'temporaryAccessPassMultiUse',
  'password,microsoftAuthenticatorPush',
  'password,softwareOath',
  'password,hardwareOath',
  'password,sms',
  'password,voice',
  'federatedMultiFactor',
  'federatedSingleFactor,sms',
  'federatedSingleFactor,voice',
];

export const combinations: ReadonlySet<string> = new Set([
  ...multifactor,
  'microsoftAuthenticatorPush,federatedSingleFactor',
  'softwareOath,federatedSingleFactor',
  'hardwareOath,federatedSingleFactor',
  'x509CertificateSingleFactor',
  'password',
  'sms',
  'federatedSingleFactor',
]);

const builtIn = (id: string, displayName: string, allowedCombinations: string[]): [string, Props] => [
  `00000000-0000-0000-0000-00000000000${id}`,
  {
    displayName,
    description: '',
    policyType: 'builtIn',
    requirementsSatisfied: 'mfa',
    allowedCombinations,
    createdDateTime: '2021-12-01T00:00:00Z',
    modifiedDateTime: '2021-12-01T00:00:00Z',
  },
];

export const builtInStrengths: readonly (readonly [id: string, props: Props])[] = [
  builtIn('2', 'Multifactor authentication', multifactor),
  builtIn('3', 'Passwordless MFA', passwordless),
  builtIn('4', 'Phishing-resistant MFA', phishingResistant),
];
