import { propertyTable } from './property.js';

/** Smaller collections of the tenant, each a table of the schema's properties. */

export const groupSettingProperties = propertyTable(`
  id          text           d
  displayName text           d
  templateId  text           d c
  values      settingValue[] d w
`);

export const groupLifecyclePolicyProperties = propertyTable(`
  id                          text   d
  groupLifetimeInDays         number d w !
  managedGroupTypes           text   d w ! {All|Selected|None}
  alternateNotificationEmails text   d w
`);

export const attributeSetProperties = propertyTable(`
  id                  text   d c ! 32
  description         text   d w 128
  maxAttributesPerSet number d w
`);

export const attributeDefinitionProperties = propertyTable(`
  id                      text d
  attributeSet            text d c
  name                    text d c 32
  description             text d w 128
  isCollection            flag d c =false
  isSearchable            flag d c =true
  status                  text d w {Available|Deprecated}
  type                    text d c {String|Integer|Boolean}
  usePreDefinedValuesOnly flag d w =false
  allowedValues           anyList c
`);

export const authenticationContextProperties = propertyTable(`
  id          text d c
  displayName text d w !
  description text d w
  isAvailable flag d w =false
`);

export const authenticationStrengthProperties = propertyTable(`
  id                        text    d
  createdDateTime           instant d
  modifiedDateTime          instant d
  displayName               text    d w ! 30
  description               text    d w
  policyType                text    d
  requirementsSatisfied     text    d
  allowedCombinations       texts   d c
  combinationConfigurations anyList d
`);

export const permissionGrantPolicyProperties = propertyTable(`
  id          text    d c
  displayName text    d w
  description text    d w
  includes    anyList d
  excludes    anyList d
`);

export const classificationProperties = propertyTable(`
  id             text d
  permissionId   text d c
  permissionName text d c
  classification text d c {low|medium|high}
`);

export const schemaExtensionProperties = propertyTable(`
  id          text                      d c
  description text                      d w
  targetTypes texts                     d w
  status      text                      d w {InDevelopment|Available|Deprecated}
  owner       text                      d c
  properties  extensionSchemaProperty[] d w
`);
