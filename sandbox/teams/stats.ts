/** What the bot did and what Teams would not have liked, for tests and for the person at the page. */
export interface TeamsViolation {
  /** Story time, ISO. */
  readonly at: string;
  /** Where the card or message was: 'message', 'edit', 'answer', 'dialog'. */
  readonly where: string;
  readonly text: string;
}

export interface BotFailure {
  readonly at: string;
  readonly what: string;
  readonly problem: string;
}

const MAX_KEPT = 200;

export class TeamsStats {
  posts = 0;
  edits = 0;
  deletions = 0;
  invokes = 0;
  messages = 0;
  automaticRefreshes = 0;
  throttled = 0;
  unauthorized = 0;
  refusedTooBig = 0;
  largestMessageBytes = 0;
  slowestAnswerMs = 0;
  violationCount = 0;
  /** The schema was at hand, so the count above speaks for it too. */
  schemaChecked = false;
  readonly violations: TeamsViolation[] = [];
  readonly botFailures: BotFailure[] = [];

  addViolation(violation: TeamsViolation): void {
    this.violationCount += 1;
    if (this.violations.length < MAX_KEPT) this.violations.push(violation);
  }

  addFailure(failure: BotFailure): void {
    this.botFailures.push(failure);
    if (this.botFailures.length > MAX_KEPT) this.botFailures.shift();
  }

  toJSON(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this));
  }
}
