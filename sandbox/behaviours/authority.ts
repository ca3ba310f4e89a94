import { linesOf } from './behaviour.js';
import type { Behaviour } from './behaviour.js';

const authority = linesOf('Authority', 'authority/');

/** What signs applications and people in, and issues their tokens. */
export const AUTHORITY: readonly Behaviour[] = [
  authority(
    'Tokens by secret and certificate for msal-node as it ships, metadata, keys, the permissions of the application in the token',
    'TEAMS §11; FACTS §18',
    'msal',
  ),
  authority(
    'Secrets and certificates that somebody puts into the tenant over Graph sign in with what the application is assigned, at Graph and at another application; removed, ended, in the bin, disabled or without a service principal they do not',
    'FACTS §5, §10, §18; AADSTS7000222 in onedrive-vercel-index issue 1051 and vsts-release-aas issue 119, AADSTS7000229 in Commercial-Marketplace-SaaS-Accelerator issue 830 and azure-sdk-for-net issue 46762',
    'tenant-credentials',
    'They end by the sandbox’s clock and count at once, not after minutes; that a secret which is not valid yet is told as wrong, and that the missing service principal is told before the secret is looked at, are guesses; federated credentials are kept, but sign nobody in',
  ),
  authority(
    'Every wrong credential, tenant, resource and assertion is refused with Entra’s number and form; an assertion may be sent again until it ends',
    'FACTS §18; authority/recorded for what it holds; further numbers, and the five minutes of clock skew, are a guess',
    'token-endpoint',
  ),
  authority(
    'Refusals, documents and headers that the real authority sent and people put on record: error, number, sentence, whether there is a page about it, what is kept by caches; no PKCE method in the metadata, no algorithm in the keys',
    'public threads and recordings, named case by case; Azure/azure-sdk-for-js',
    'recorded',
    'Metadata names what is served, so neither device code nor userinfo; keys have no certificate (x5c); Strict-Transport-Security would bar the plain pages of this machine; tokens for Graph are of version 2.0',
  ),
  authority(
    'Sign-in of a person on a page: code with PKCE, refresh with a new refresh token each time, silent session, prompt and max_age',
    'TEAMS §10; the lives of codes and refresh tokens are a guess',
    'sign-in',
    'No password and no second factor: whoever is picked is signed in',
  ),
  authority(
    'On behalf of a person, as a bot does it after a token exchange (acquireTokenOnBehalfOf of msal-node): the token must be one for the application, live, and speak for somebody; missing consent as a fault',
    'TEAMS §10.1; the numbers of the refusals are from public issues and Microsoft’s list',
    'on-behalf-of',
    'Consent is never asked for: whoever signs in has given it',
  ),
  authority('Good and bad access tokens, a clock that is wrong', 'FACTS §13', 'verify'),
  authority(
    'Faults by name: down for so many requests, clock off, short-lived tokens, no consent',
    'FACTS §16.10',
    'faults',
  ),
];
