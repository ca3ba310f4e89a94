/** Trouble on request, each used up after `times`. */
import { z } from 'zod';

export const faultSchema = z.discriminatedUnion('kind', [
  /** The connector answers the bot's next calls with an error of teams/wire-examples.json. */
  z.object({
    kind: z.literal('connector'),
    status: z.number().int().min(400).max(599),
    code: z.string().default('ServiceError'),
    retryAfterInSeconds: z.number().int().nonnegative().optional(),
    /** The message is kept all the same, as after a 504. */
    afterTheWrite: z.boolean().default(false),
    times: z.number().int().positive().default(1),
  }),
  /** Teams delivers the next activities twice, with the same id. */
  z.object({ kind: z.literal('deliverTwice'), times: z.number().int().positive().default(1) }),
]);
export type TeamsFault = z.infer<typeof faultSchema>;
export type ConnectorFault = Extract<TeamsFault, { kind: 'connector' }>;

export class TeamsFaults {
  #waiting: TeamsFault[] = [];

  add(fault: TeamsFault): void {
    this.#waiting.push({ ...fault });
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): readonly TeamsFault[] {
    return this.#waiting;
  }

  takeConnector(): ConnectorFault | undefined {
    return this.#take('connector') as ConnectorFault | undefined;
  }

  takeDeliverTwice(): boolean {
    return this.#take('deliverTwice') !== undefined;
  }

  #take(kind: TeamsFault['kind']): TeamsFault | undefined {
    const fault = this.#waiting.find((one) => one.kind === kind);
    if (fault === undefined) return undefined;
    fault.times -= 1;
    this.#waiting = this.#waiting.filter((one) => one.times > 0);
    return fault;
  }
}
