import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const identity = z.looseObject({ ports: z.looseObject({ control: z.number() }) });

export interface Control {
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** Waits until the person sees a card or message with the text. */
  until(as: string, text: string): Promise<void>;
}

/** The control of the simulated tenant that a demo's folder keeps. */
export const controlOf = (demo: string): Control => {
  const { ports } = identity.parse(JSON.parse(readFileSync(join(demo, 'sandbox', 'sandbox.json'), 'utf8')));
  return controlAt(`http://127.0.0.1:${ports.control}`);
};

export function controlAt(url: string): Control {
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${url}/_sandbox/${path}`, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    get: (path) => ask(path),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async until(as, text) {
      const query = new URLSearchParams({ as, match: text, timeoutMs: '30000' });
      await ask(`wait?${query.toString()}`);
    },
  };
}
