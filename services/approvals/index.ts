export { DEFAULT_POLICY, needsOf, type ApprovalPolicy } from './policy.js';
export { isRequester, samePerson, stateWords } from './decide.js';
