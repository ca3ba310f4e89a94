/** Where the sandbox answers otherwise than the recordings, each with the reason. Everything else is a failure. */
export interface Explained {
  /** Matches the text of the difference. */
  readonly difference: RegExp;
  readonly because: string;
  /** Holds for recordings made before this month only (YYYY-MM). */
  readonly until?: string;
}

export const EXPLAINED: readonly Explained[] = [
  {
    difference: /: (value\.\d+\.)?extra serviceProvisioningErrors$/,
    because: 'The service sends it since 2023; the sandbox is the service of today.',
    until: '2023-08',
  },
  {
    difference:
      /: (value\.\d+\.)?extra nativeAuthenticationApisEnabled, uniqueName, samlMetadataUrl, servicePrincipalLockConfiguration, requestSignatureVerification$/,
    because: 'The default set of an application grew to 38 properties by 2025.',
    until: '2025-04',
  },
  {
    difference: /: (value\.\d+\.)?web\.extra redirectUriSettings$/,
    because: 'Came inside web by 2025.',
    until: '2025-04',
  },
  {
    difference:
      /: (value\.\d+\.)?(signInAudience: "AzureADandPersonalMicrosoftAccount" became "AzureADMyOrg"|api\.requestedAccessTokenVersion: 2 became null)$/,
    because: 'The default audience of a new application moved by 2025; who cares sends it.',
    until: '2025-04',
  },
];

/** Scenarios that need what the sandbox does not serve yet. */
export const NOT_YET: Readonly<Record<string, string>> = {};
