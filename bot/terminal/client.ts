import { createConnection, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { RewindError } from '../../services/model/errors.js';
import { fromServer, type FromClient } from './protocol.js';

export interface SayOptions {
  readonly interactive: boolean;
  readonly json: boolean;
  readonly yes: boolean;
  readonly reason?: string;
  readonly wait: boolean;
  readonly width: number;
  readonly colour: boolean;
}

/** What a sentence does to the screen. `ask` resolves null when the person leaves. */
export interface Screen {
  print(text: string): void;
  error(text: string): void;
  json(value: unknown): void;
  ask(prompt: string, secret: boolean): Promise<string | null>;
}

/**
 * Says one sentence to the running service and plays its answer on `screen`.
 * @returns the exit code
 * @throws STORE_UNREACHABLE when no service listens on the socket
 */
export async function sayToService(
  socketPath: string,
  text: string,
  options: SayOptions,
  screen: Screen,
  signal?: AbortSignal,
): Promise<number> {
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
        send({ type: 'answer', value: await screen.ask(message.prompt, message.secret) });
      else return message.exitCode;
    }
    throw new RewindError('INTERNAL', {}, { message: 'the service ended in the middle of the answer' });
  } finally {
    signal?.removeEventListener('abort', leave);
    socket.end();
  }
}

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

/** The person's own terminal. A secret answer is not echoed. */
export function terminalScreen(lines: Interface | null): Screen {
  return {
    print: (text) => console.log(text),
    error: (text) => console.error(text),
    json: (value) => console.log(JSON.stringify(value, null, 2)),
    ask: (prompt, secret) => (lines ? askLine(lines, prompt, secret) : Promise.resolve(null)),
  };
}

function askLine(lines: Interface, prompt: string, secret: boolean): Promise<string | null> {
  return new Promise((resolve) => {
    const ended = () => resolve(null);
    lines.once('close', ended);
    // readline writes what is typed through this method; replaced while a secret is typed.
    const echo = lines as unknown as { _writeToOutput?: (text: string) => void };
    const write = echo._writeToOutput;
    lines.question(prompt, (answer) => {
      if (secret) echo._writeToOutput = write;
      lines.off('close', ended);
      resolve(answer);
    });
    if (secret) echo._writeToOutput = () => undefined;
  });
}
