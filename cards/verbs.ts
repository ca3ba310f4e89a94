/**
 * Every button of every card: its verb, what it carries, and which inputs of the card come with it.
 *
 * A card carries ids only. Who clicked comes from the turn and the state from the store, so all of this is client input:
 * the bot parses it with zod and checks right, state and expiry before anything happens (design §6).
 */

/** Points at a request as it was when the card was drawn. */
export interface RequestRef {
  readonly id: string;
  /** Revision on the card; missing where any later state is fine (refresh, approve). */
  readonly rev?: number;
}

/** Fields of the options card; all optional, since an unticked toggle or an empty text may be missing from the click. */
export interface OptionInputs {
  /** 'true' | 'false': bring the object itself back (SPEC R3). */
  readonly withObject?: string;
  /** One toggle per aspect, 'true' | 'false'. */
  readonly [aspect: `aspect:${string}`]: string | undefined;
  readonly mode?: 'add' | 'exact';
  readonly blockSignIn?: string;
  readonly reason?: string;
  /** Asked for only where the old one is taken (SPEC R14). */
  readonly newUpn?: string;
}

/** Ticks of the diff: 'true' = restore this line, 'false' = leave it out. Only lines on the shown page are there. */
export interface LineInputs {
  readonly [line: `line:${string}`]: string | undefined;
  readonly reason?: string;
  readonly newUpn?: string;
}

interface Verb<Data, Inputs = unknown> {
  readonly data: Data;
  readonly inputs: Inputs;
}

/** verb → what it carries and the inputs that come with it. */
export interface Verbs {
  /** Picker: `text` is the sentence with `{choice}` where the chosen object's id goes; input `choice` is that id. */
  choose: Verb<{ readonly text: string }, { readonly choice?: string }>;
  /** Runs a sentence as if it had been typed: same door, same rights. */
  'command.run': Verb<{ readonly text: string }>;
  /** Gives a picker or a near miss up; nothing was stored, nothing is done. */
  dismiss: Verb<Readonly<Record<string, never>>>;

  /** Opens the list of restore points; keeps the options as they stand on the card. */
  'restore.points': Verb<RequestRef & { readonly page?: number }, OptionInputs>;
  'restore.usePoint': Verb<RequestRef, { readonly seq?: string }>;
  /** Lists what an undelete brings back by itself, to leave some of it out; keeps the options, or the ticks of the page before. */
  'restore.comesBack': Verb<RequestRef & { readonly page?: number }, OptionInputs & LineInputs>;
  /** Back to the options card; from the list of what comes back, its ticks come along. */
  'restore.options': Verb<RequestRef, LineInputs>;
  /** From the options card (OptionInputs), or from the preview itself: another page, or after unticking lines. */
  'restore.preview': Verb<RequestRef & { readonly page?: number }, OptionInputs & LineInputs>;
  /** Ticks that differ from the plan of `hash` mean: a new preview first, nothing asked. */
  'restore.ask': Verb<RequestRef & { readonly hash: string }, LineInputs>;
  'restore.json': Verb<RequestRef>;
  'restore.cancel': Verb<RequestRef>;

  'approval.approve': Verb<RequestRef & { readonly hash: string }, { readonly number?: string }>;
  'approval.deny': Verb<RequestRef, { readonly comment?: string }>;
  'approval.reassign': Verb<RequestRef, { readonly person?: string }>;
  /** Shows all lines of the plan, paged from 1; page 0 = back to the short card. */
  'approval.lines': Verb<RequestRef & { readonly page: number }>;

  'request.withdraw': Verb<RequestRef>;
  'request.stop': Verb<RequestRef>;
  'request.askAgain': Verb<RequestRef & { readonly hash: string }>;
  'request.undo': Verb<RequestRef>;
  'request.audit': Verb<RequestRef & { readonly page?: number }>;
  /** The audit of the whole tenant, paged from 1. */
  'audit.page': Verb<{ readonly page: number }>;
  /** Redraws, or turns to another page; also the `refresh` of live cards. Never changes anything. */
  'request.refresh': Verb<RequestRef & { readonly page?: number }>;
  /** Opens the request as its own card (from the list of requests). */
  'request.open': Verb<RequestRef>;

  /** Requester: opens the hand-over form of a recreated account. */
  'handoff.offer': Verb<{ readonly id: string }>;
  'handoff.assign': Verb<
    { readonly id: string },
    {
      /** Object id of one of the offered people. */
      readonly recipient?: string;
      /** Somebody else by sign-in name; wins over `recipient`. */
      readonly recipientUpn?: string;
      readonly proof?: string;
      readonly note?: string;
    }
  >;
  /** Action.Submit with msteams task/fetch: the dialog with the value, once. */
  'handoff.show': Verb<{ readonly id: string }>;
  /** Closes the dialog; nothing else. */
  'handoff.close': Verb<{ readonly id: string }>;
  /** Second person of an administrator's hand-over (SPEC P3). */
  'handoff.confirm': Verb<{ readonly id: string }>;
  /** Opens a request of its own: reset password, Temporary Access Pass or revoke sessions for a user (object id). */
  'credential.start': Verb<{
    readonly user: string;
    readonly what: 'resetPassword' | 'pass' | 'revokeSessions';
  }>;

  /** Steps through the distinct versions of an object; `seq` is the snapshot to show. */
  'show.version': Verb<{
    readonly type: string;
    readonly id: string;
    readonly seq: number;
    readonly tab?: string;
  }>;
  'show.tab': Verb<{
    readonly type: string;
    readonly id: string;
    readonly seq?: number;
    readonly tab: string;
    readonly page?: number;
    readonly find?: string;
  }>;
  'find.page': Verb<{ readonly text: string; readonly type?: string; readonly page: number }>;
  'changed.page': Verb<{
    readonly from: number;
    readonly to: number | 'now';
    readonly page: number;
    readonly type?: string;
  }>;
  'compare.page': Verb<{
    readonly type: string;
    readonly id: string;
    readonly from: number;
    readonly to: number | 'now';
    readonly all: boolean;
    readonly page: number;
  }>;
  'requests.page': Verb<{ readonly page: number; readonly all: boolean }>;
}

export type VerbName = keyof Verbs;
export type VerbData<V extends VerbName> = Verbs[V]['data'];
export type VerbInputs<V extends VerbName> = Verbs[V]['inputs'];

/** All verbs, for the parser's table and for the tests that refuse an unknown one. */
export const VERBS = [
  'choose',
  'command.run',
  'dismiss',
  'restore.points',
  'restore.usePoint',
  'restore.comesBack',
  'restore.options',
  'restore.preview',
  'restore.ask',
  'restore.json',
  'restore.cancel',
  'approval.approve',
  'approval.deny',
  'approval.reassign',
  'approval.lines',
  'request.withdraw',
  'request.stop',
  'request.askAgain',
  'request.undo',
  'request.audit',
  'audit.page',
  'request.refresh',
  'request.open',
  'handoff.offer',
  'handoff.assign',
  'handoff.show',
  'handoff.close',
  'handoff.confirm',
  'credential.start',
  'show.version',
  'show.tab',
  'find.page',
  'changed.page',
  'compare.page',
  'requests.page',
] as const satisfies readonly VerbName[];

/** Fails to compile when a verb of `Verbs` is missing from the list above. */
type Missing = Exclude<VerbName, (typeof VERBS)[number]>;
export const noVerbMissing: Missing extends never ? true : Missing = true;
