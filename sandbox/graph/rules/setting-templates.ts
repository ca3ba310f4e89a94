/** Templates of tenant-wide settings: public ids, and names with defaults as the reference pages list them. */
export interface SettingTemplate {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly values: Readonly<Record<string, { readonly type: string; readonly value: string }>>;
}

const text = (value = '') => ({ type: 'System.String', value });
const flag = (value: boolean) => ({ type: 'System.Boolean', value: String(value) });
const number = (value: number) => ({ type: 'System.Int32', value: String(value) });
const guid = () => ({ type: 'System.Guid', value: '' });

export const settingTemplates: readonly SettingTemplate[] = [
  {
    id: '62375ab9-6b52-47ed-826b-58e47e0e304b',
    displayName: 'Group.Unified',
    description: 'Settings of Microsoft 365 groups.',
    values: {
      EnableMIPLabels: flag(false),
      CustomBlockedWordsList: text(),
      EnableMSStandardBlockedWords: flag(false),
      ClassificationDescriptions: text(),
      DefaultClassification: text(),
      PrefixSuffixNamingRequirement: text(),
      AllowGuestsToBeGroupOwner: flag(false),
      AllowGuestsToAccessGroups: flag(true),
      GuestUsageGuidelinesUrl: text(),
      GroupCreationAllowedGroupId: guid(),
      AllowToAddGuests: flag(true),
      UsageGuidelinesUrl: text(),
      ClassificationList: text(),
      EnableGroupCreation: flag(true),
      NewUnifiedGroupWritebackDefault: flag(true),
    },
  },
  {
    id: '5cf42378-d67d-4f36-ba46-e8b86229381d',
    displayName: 'Password Rule Settings',
    description: 'Settings of passwords and lockout.',
    values: {
      BannedPasswordCheckOnPremisesMode: text('Audit'),
      EnableBannedPasswordCheckOnPremises: flag(false),
      EnableBannedPasswordCheck: flag(false),
      LockoutDurationInSeconds: number(60),
      LockoutThreshold: number(10),
      BannedPasswordList: text(),
    },
  },
  {
    id: 'dffd5d46-495d-40a9-8e21-954ff55e198a',
    displayName: 'Consent Policy Settings',
    description: 'Settings of consent to applications.',
    values: {
      EnableGroupSpecificConsent: flag(false),
      BlockUserConsentForRiskyApps: flag(true),
      EnableAdminConsentRequests: flag(false),
      ConstrainGroupSpecificConsentToMembersOfGroupId: guid(),
    },
  },
  {
    id: '80661d51-be2f-4d46-9713-98a2fcaec5bc',
    displayName: 'Prohibited Names Settings',
    description: 'Names that must not be used.',
    values: { CustomBlockedSubStringsList: text(), CustomBlockedWholeWordsList: text() },
  },
  {
    id: '898f1161-d651-43d1-805c-3b0b388a9fc2',
    displayName: 'Custom Policy Settings',
    description: 'Settings of the custom policy.',
    values: { CustomConditionalAccessPolicyUrl: text() },
  },
];
