import type { When } from '../../services/model/when.js';

/** What a sentence calls an object: a type where it names one, and a name, UPN, mail or id exactly as written. */
export interface ObjectPhrase {
  /** Catalogue type; missing = any. */
  readonly type?: 'user' | 'group';
  readonly name: string;
}

/** What a restore sentence says about its options; a missing field means the default of the options card. */
export interface RestorePhrase {
  /** `without object` = false (SPEC R3). */
  readonly withObject?: boolean;
  /** Aspects asked for by `with …`: 'memberships', 'ownerships', 'manager', 'reports', 'members', 'owners', 'roles', 'licences', … */
  readonly with: readonly string[];
  /** Aspects left out by `without …`. */
  readonly without: readonly string[];
  /** Single lines left out by `without "Project X"`: names as written; the plan's own lines resolve them. Missing = none. */
  readonly leaveOut?: readonly string[];
  /** `exactly` (SPEC R8). */
  readonly mode?: 'add' | 'exact';
  /** `blocked` (SPEC R5). */
  readonly blockSignIn?: boolean;
  /** `only department, title` (SPEC R7): words as written, in lower case; the catalogue resolves them. */
  readonly onlyProperties?: readonly string[];
  /** `as alice2@…`: another sign-in name where the old one is taken (SPEC R14). */
  readonly newUserPrincipalName?: string;
}

export type RequestPhrase = number | 'last';
export type ProofWord = 'inPerson' | 'videoCall' | 'callBack' | 'managerVouches' | 'other';

/** Every sentence the bot understands, as data. `format` turns it back into the one canonical sentence. */
export type ParsedCommand =
  | { readonly command: 'help'; readonly topic?: CommandName }
  | { readonly command: 'hello' }
  | {
      readonly command: 'restore';
      readonly objects: readonly [ObjectPhrase, ...ObjectPhrase[]];
      readonly when?: When;
      readonly options: RestorePhrase;
      readonly reason?: string;
      /** Plan only, nothing is asked or written (SPEC R17). */
      readonly dryRun: boolean;
    }
  | { readonly command: 'undo'; readonly request: RequestPhrase }
  | { readonly command: 'backup' }
  | { readonly command: 'status' }
  | { readonly command: 'find'; readonly text: string; readonly type?: 'user' | 'group' }
  | { readonly command: 'show'; readonly object: ObjectPhrase; readonly when?: When }
  | {
      readonly command: 'compare';
      readonly object: ObjectPhrase;
      readonly from: When;
      readonly to: When | 'now';
    }
  | { readonly command: 'changed'; readonly since?: When }
  | { readonly command: 'covered' }
  | { readonly command: 'verify' }
  /** Legal hold on a snapshot (SPEC B13). */
  | { readonly command: 'hold'; readonly snapshot: number; readonly because: string }
  | { readonly command: 'release'; readonly snapshot: number }
  | { readonly command: 'prune'; readonly dryRun: boolean }
  | { readonly command: 'audit'; readonly request?: RequestPhrase }
  | { readonly command: 'requests' }
  | { readonly command: 'request'; readonly request: RequestPhrase }
  /** `number`: the two digits of the requester's card, where the class asks for them. */
  | { readonly command: 'approve'; readonly request: RequestPhrase; readonly number?: number }
  | { readonly command: 'deny'; readonly request: RequestPhrase; readonly comment?: string }
  | { readonly command: 'reassign'; readonly request: RequestPhrase; readonly to: string }
  | { readonly command: 'withdraw'; readonly request: RequestPhrase }
  | { readonly command: 'stop'; readonly request: RequestPhrase }
  | { readonly command: 'resetPassword'; readonly object: ObjectPhrase; readonly reason?: string }
  | { readonly command: 'issuePass'; readonly object: ObjectPhrase; readonly reason?: string }
  | { readonly command: 'revokeSessions'; readonly object: ObjectPhrase; readonly reason?: string }
  /** Hand-over of a recreated account's one-time value: to whom, and how that person was identified (SPEC P3). */
  | {
      readonly command: 'handOver';
      readonly request: RequestPhrase;
      readonly to?: string;
      readonly proof?: ProofWord;
      readonly note?: string;
    }
  /** The named recipient's own terminal: shows the value, once. */
  | { readonly command: 'reveal'; readonly request: RequestPhrase };

export type CommandName = ParsedCommand['command'];
export type CommandOf<N extends CommandName> = Extract<ParsedCommand, { readonly command: N }>;

/** Who reads a sentence and when; decides what "yesterday" means. */
export interface GrammarContext {
  readonly now: Date;
  /** IANA zone of the asker. */
  readonly timeZone: string;
  /** BCP 47, e.g. 'en-GB'; decides day/month order of numeric dates. */
  readonly locale?: string;
}

/** A sentence that is not a command. Nothing is ever run from it by itself. */
export type NearMiss =
  /** No command word. `nearest` is a complete sentence that can be run, if anything is near. */
  | {
      readonly miss: 'unknown';
      readonly text: string;
      readonly nearest?: string;
      readonly others: readonly string[];
    }
  /** The command is clear, something that it needs is not there. */
  | {
      readonly miss: 'incomplete';
      readonly text: string;
      readonly command: CommandName;
      /** In words: "a name", "a time to compare with". */
      readonly missing: string;
      readonly example: string;
    }
  /** A time phrase that means nothing. */
  | {
      readonly miss: 'time';
      readonly text: string;
      readonly command: CommandName;
      readonly phrase: string;
      /** The same sentence with a time that is understood, where one is near. */
      readonly nearest?: string;
    }
  /** Words that the command does not know, e.g. an aspect. */
  | {
      readonly miss: 'word';
      readonly text: string;
      readonly command: CommandName;
      readonly word: string;
      readonly nearest?: string;
      readonly known: readonly string[];
    };

export const isNearMiss = (parsed: ParsedCommand | NearMiss): parsed is NearMiss => 'miss' in parsed;
