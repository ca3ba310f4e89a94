import { createInterface } from 'node:readline';
import { errorLines } from '../terminal/error-lines.js';
import { looksOf, sayToService, terminalScreen } from '../terminal/client.js';
import type { Say, Stage } from './stage.js';

/**
 * Takes sentences at the terminal until Ctrl-C or Ctrl-D at an empty prompt, "exit", or the end of the demo. Ctrl-C while a sentence
 * asks or waits leaves that sentence alone.
 */
export async function promptFor(stage: Stage, say: Say, ending: AbortSignal): Promise<void> {
  say('For example:  restore user alice from yesterday with memberships');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const screen = terminalScreen(lines);
  const close = () => lines.close();
  ending.addEventListener('abort', close, { once: true });
  void stage.gone.then(close);
  try {
    for (;;) {
      const text = (await screen.ask('\nrewind> ', false))?.trim();
      if (text === undefined || text === 'exit' || text === 'quit') return;
      if (text === '') continue;
      const leave = new AbortController();
      const interrupt = () => leave.abort();
      lines.on('SIGINT', interrupt);
      const options = { interactive: true, json: false, yes: false, wait: true, ...looksOf(process.stdout) };
      await sayToService(stage.service.ready.socket, text, options, screen, leave.signal).catch(
        (error: unknown) => screen.error(errorLines(error)),
      );
      lines.off('SIGINT', interrupt);
    }
  } finally {
    ending.removeEventListener('abort', close);
    lines.close();
  }
}
