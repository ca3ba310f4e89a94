import { createConnection, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import type { WriteStream } from 'node:tty';
import { safeJson } from '../../cards/index.js';
import { RewindError } from '../../services/model/errors.js';
import { fromServer, LIMITS, type FromClient } from './protocol.js';

export interface SayOptions {
  readonly interactive: boolean;
  readonly json: boolean;
  readonly yes: boolean;
  readonly reason?: string;
  readonly wait: boolean;
  readonly width: number;
  readonly colour: boolean;
}

const USUAL_WIDTH = 80;

/** What a sentence does to the screen. `ask` resolves null when the person leaves. */
export interface Screen {
  print(text: string): void;
  error(text: string): void;
  json(value: unknown): void;
  ask(prompt: string, secret: boolean, signal?: AbortSignal): Promise<string | null>;
}

/**
 * Says one sentence to the running service and plays its answer on `screen`.
 * @returns the exit code
 * @throws STORE_UNREACHABLE when no service listens on the socket; INPUT_INVALID when the sentence is too long
 */
export async function sayToService(
  socketPath: string,
  text: string,
  options: SayOptions,
  screen: Screen,
  signal?: AbortSignal,
): Promise<number> {
  if (text.length > LIMITS.text)
    throw new RewindError('INPUT_INVALID', {
      what: `A sentence has at most ${LIMITS.text} characters; this one has ${text.length}.`,
      hint: 'Say it in parts.',
    });
  const socket = await connect(socketPath);
  const send = (message: FromClient) => socket.write(`${JSON.stringify(message)}\n`);
  const leave = () => send({ type: 'leave' });
  signal?.addEventListener('abort', leave, { once: true });
  try {
    send({ type: 'say', text, ...options });
    for await (const line of createInterface({ input: socket })) {
      const message = fromServer.parse(JSON.parse(line));
      if (message.type === 'print') screen.print(message.text);
      else if (message.type === 'error') screen.error(message.text);
      else if (message.type === 'json') screen.json(message.value);
      else if (message.type === 'ask')
        send({ type: 'answer', value: clipped(await screen.ask(message.prompt, message.secret, signal)) });
      else return message.exitCode;
    }
    throw new RewindError('INTERNAL', {}, { message: 'the service ended in the middle of the answer' });
  } finally {
    signal?.removeEventListener('abort', leave);
    socket.end();
  }
}

const clipped = (answer: string | null): string | null => answer?.slice(0, LIMITS.text) ?? null;

/** Whether a service listens there. */
export async function serviceListens(socketPath: string): Promise<boolean> {
  return connect(socketPath).then(
    (socket) => {
      socket.end();
      return true;
    },
    () => false,
  );
}

function connect(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (cause) =>
      reject(new RewindError('STORE_UNREACHABLE', {}, { cause, message: `no service listens on ${path}` })),
    );
  });
}

/** How wide the terminal is and whether it shows colours (NO_COLOR, TERM), at this moment: windows are resized. */
export function looksOf(out: Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'hasColors'>>): {
  readonly width: number;
  readonly colour: boolean;
} {
  // A terminal that does not know its size says 0.
  const columns = (out.isTTY && out.columns) || USUAL_WIDTH;
  return {
    width: Math.min(Math.max(columns, LIMITS.narrowest), LIMITS.widest),
    colour: out.isTTY === true && out.hasColors?.() === true,
  };
}

/** The person's own terminal. A secret answer is not echoed. */
export function terminalScreen(lines: Interface | null): Screen {
  let closed = false;
  lines?.once('close', () => (closed = true));
  return {
    print: (text) => console.log(text),
    error: (text) => console.error(text),
    json: (value) => console.log(safeJson(value)),
    ask: (prompt, secret, signal) =>
      lines && !closed && !signal?.aborted ? askLine(lines, prompt, secret, signal) : Promise.resolve(null),
  };
}

/** @param signal  leaves the question unanswered */
function askLine(
  lines: Interface,
  prompt: string,
  secret: boolean,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  return new Promise((resolve) => {
    const settle = (answer: string | null) => {
      if (secret) echo._writeToOutput = write;
      lines.off('close', ended);
      signal?.removeEventListener('abort', left);
      resolve(answer);
    };
    const ended = () => settle(null);
    const left = () => {
      process.stdout.write('\n');
      settle(null);
    };
    lines.once('close', ended);
    signal?.addEventListener('abort', left, { once: true });
    // readline writes what is typed through this method; replaced while a secret is typed.
    const echo = lines as unknown as { _writeToOutput?: (text: string) => void };
    const write = echo._writeToOutput;
    lines.question(prompt, { ...(signal ? { signal } : {}) }, settle);
    if (secret) echo._writeToOutput = () => undefined;
  });
}
