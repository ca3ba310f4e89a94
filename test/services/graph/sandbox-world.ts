import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The JSON line of a ready sandbox, as far as these tests need it. */
export interface Ready {
  readonly graph: string;
  readonly authority: string;
  readonly control: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly caFile: string;
}

export interface World {
  readonly ready: Ready;
  /** Calls the adapter in its process. @throws an Error whose `code` is the RewindError's */
  call<T>(
    target: 'reader' | 'writer' | 'directory' | 'roles',
    method: string,
    ...args: readonly unknown[]
  ): Promise<T>;
  control(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Starts a sandbox and, trusting its certificate authority, the adapter beside it. */
export async function startWorld(options: readonly string[]): Promise<World> {
  const sandbox = await startSandbox(options);
  const adapter = startAdapter(sandbox.ready, {});
  return {
    ready: sandbox.ready,
    call: adapter.call,
    async control(method, path, body) {
      const answer = await fetch(`${sandbox.ready.control}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    async close() {
      await adapter.close();
      await sandbox.close();
    },
  };
}

export async function startSandbox(
  options: readonly string[],
): Promise<{ readonly ready: Ready; close(): Promise<void> }> {
  const sandbox = start('sandbox/main.ts', [...options, '--json'], {});
  return { ready: JSON.parse(await firstLine(sandbox)) as Ready, close: () => ended(sandbox) };
}

/** @param settings  replace what the sandbox says: a wrong secret, another authority, a certificate */
export function startAdapter(
  ready: Ready,
  settings: Readonly<Record<string, string>>,
): Pick<World, 'call' | 'close'> {
  const adapter = start('test/services/graph/directory-process.ts', [], {
    NODE_EXTRA_CA_CERTS: ready.caFile,
    GRAPH_URL: ready.graph,
    AUTHORITY_URL: ready.authority,
    TENANT_ID: ready.tenantId,
    CLIENT_ID: ready.clientId,
    CLIENT_SECRET: ready.clientSecret,
    ...settings,
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  const lines = createInterface({ input: adapter.stdout as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    const answer = JSON.parse(line) as Answer & { id: number };
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let last = 0;
  return {
    call: <T>(target: string, method: string, ...args: readonly unknown[]) =>
      new Promise<T>((resolve, reject) => {
        last += 1;
        waiting.set(last, ({ result, error }) => {
          if (error) reject(Object.assign(new Error(error.message), { code: error.code }));
          else resolve(result as T);
        });
        adapter.stdin?.write(`${JSON.stringify({ id: last, target, method, args })}\n`);
      }),
    async close() {
      adapter.stdin?.end();
      await ended(adapter);
    },
  };
}

function start(script: string, args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    cwd: root,
    env: { ...process.env, ...env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`ended with ${String(code)} before it was ready`);
  });
  const [line] = (await Promise.race([once(lines, 'line'), failed])) as [string];
  return line;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
