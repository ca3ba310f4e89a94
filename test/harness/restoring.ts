import { requestNumberOf, type People, type Seen } from './people.js';

/** The way from a sentence to its end, as people walk it; each step returns the card as it stands then. */
export class Restoring {
  constructor(
    private readonly people: People,
    private readonly requester: string,
  ) {}

  /** Types the sentence and clicks Preview on the options card. */
  async preview(
    sentence: string,
    inputs: Readonly<Record<string, unknown>> = { reason: 'INC-1' },
    ...texts: readonly string[]
  ): Promise<Seen> {
    const options = await this.people.ask(this.requester, sentence, 'Restore point', 'Preview');
    await this.people.click(this.requester, options, 'Preview', inputs);
    return this.people.becomes(this.requester, options, 'Preview · ', ...texts);
  }

  /** Asks for approval of a previewed request. @returns the requester's card and the card of `approver` */
  async ask(preview: Seen, approver: string): Promise<{ readonly mine: Seen; readonly theirs: Seen }> {
    await this.people.click(this.requester, preview, 'Ask for approval');
    const mine = await this.people.becomes(this.requester, preview, 'waiting for approval');
    const number = requestNumberOf(mine);
    const theirs = await this.people.see(
      approver,
      { in: 'personal' },
      `${this.requester} asks`,
      `request ${number} `,
    );
    return { mine, theirs };
  }
}
