import { z } from 'zod';
import type { Clock } from '../services/model/clock.js';
import type { Log } from '../services/model/log.js';

/** The machine's time. The only place of the product, with the sandbox clock below, that asks the machine. */
export function createSystemClock(): Clock {
  return createOffsetClock().clock;
}

/** Machine time plus an offset that `setOffset` moves; sleepers wake when a jump has passed their instant. */
function createOffsetClock(): { clock: Clock; setOffset(offsetInMs: number): void } {
  let offset = 0;
  const listeners = new Set<() => void>();
  // eslint-disable-next-line no-restricted-syntax -- this is the Clock
  const machineNow = () => Date.now();
  const clock: Clock = {
    now: () => new Date(machineNow() + offset),
    offsetInMs: () => offset,
    onJump: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sleep: (delayInMs, signal) =>
      new Promise((resolve, reject) => {
        const due = machineNow() + offset + delayInMs;
        let timer: NodeJS.Timeout | undefined;
        const end = (finish: () => void) => {
          clearTimeout(timer);
          stop();
          signal?.removeEventListener('abort', abort);
          finish();
        };
        const abort = () => end(() => reject(signal!.reason as Error));
        const arm = () => {
          clearTimeout(timer);
          const left = due - (machineNow() + offset);
          if (left <= 0) end(resolve);
          else timer = setTimeout(arm, Math.min(left, 60_000));
        };
        const stop = clock.onJump(arm);
        if (signal?.aborted) return abort();
        signal?.addEventListener('abort', abort);
        arm();
      }),
  };
  return {
    clock,
    setOffset(next) {
      if (next === offset) return;
      offset = next;
      for (const listener of [...listeners]) listener();
    },
  };
}

const clockEvent = z.object({ offsetInMs: z.number() });

/**
 * The sandbox's clock: reads the offset once, then follows its event stream and reconnects when it breaks.
 * @returns after the first offset is known
 */
export async function followSandboxClock(
  controlUrl: string,
  log: Log,
): Promise<{ clock: Clock; stop(): void }> {
  const { clock, setOffset } = createOffsetClock();
  const ended = new AbortController();
  const first = clockEvent.parse(
    await (await fetch(`${controlUrl}/_sandbox/clock`, { signal: AbortSignal.timeout(10_000) })).json(),
  );
  setOffset(first.offsetInMs);
  const follow = async () => {
    while (!ended.signal.aborted) {
      try {
        const answer = await fetch(`${controlUrl}/_sandbox/events`, { signal: ended.signal });
        if (!answer.ok || !answer.body) throw new TypeError(`clock stream answered ${answer.status}`);
        for await (const message of serverSentEvents(answer.body))
          if (message.event === 'clock') setOffset(clockEvent.parse(JSON.parse(message.data)).offsetInMs);
      } catch (error) {
        if (!ended.signal.aborted) log.debug({ error: String(error) }, 'clock stream broke; trying again');
      }
      if (!ended.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  void follow();
  return { clock, stop: () => ended.abort() };
}

/** Minimal reader of a text/event-stream: events separated by an empty line. */
async function* serverSentEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ event: string; data: string }> {
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true }).replaceAll('\r\n', '\n');
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const lines = buffer.slice(0, end).split('\n');
      buffer = buffer.slice(end + 2);
      const field = (name: string) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
      yield { event: field('event')[0] ?? 'message', data: field('data').join('\n') };
    }
  }
}
