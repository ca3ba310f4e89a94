import type { ActionAnswer, Message } from '../answer.js';
import type { App } from '../app.js';
import { errorView } from '../errors.js';
import type { Router } from '../router.js';
import type { Turn } from '../turn.js';

/** The router as the Teams host calls it: what goes wrong is told to the person as an answer like any other; nothing is thrown. */
export class ErrorBoundary {
  constructor(
    private readonly router: Router,
    private readonly app: App,
  ) {}

  async say(turn: Turn, text: string): Promise<readonly Message[]> {
    try {
      return await this.router.say(turn, text);
    } catch (error) {
      return [{ view: errorView(error, turn, this.app) }];
    }
  }

  async act(turn: Turn, verb: unknown, data: Record<string, unknown>): Promise<ActionAnswer> {
    try {
      return await this.router.act(turn, verb, data);
    } catch (error) {
      const view = errorView(error, turn, this.app);
      return turn.door === 'dialog'
        ? { dialog: view }
        : turn.door === 'refresh'
          ? { notice: '' }
          : { post: [{ view }], notice: '' };
    }
  }
}
