export { DEFAULT_POLICY, needsOf, type ApprovalPolicy } from './policy.js';
export { isAskedOf, isRequester, samePerson, stateWords } from './decide.js';
