/** Starts the sandbox as its users do: a process of its own that prints one line. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import type { SandboxReady } from '../../../sandbox/types.js';
import { send } from '../authority/rig.js';
import type { Answer } from '../authority/rig.js';

export interface SpawnedSandbox {
  readonly ready: SandboxReady;
  readonly child: ChildProcess;
  /** Everything on stdout so far, line by line. */
  readonly lines: readonly string[];
  said(): string;
  /** App-only token of the service application for Graph. */
  token(): Promise<string>;
  graph(path: string, token: string): Promise<Answer>;
  /** @returns exit code */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export async function spawnSandbox(...args: string[]): Promise<SpawnedSandbox> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const lines: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const first = await new Promise<string>((resolve, reject) => {
    const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    reader.on('line', (line) => {
      lines.push(line);
      resolve(line);
    });
    void exited.then((code) => reject(new Error(`The sandbox ended with ${code}: ${errors}`)));
  });
  const ready = JSON.parse(first) as SandboxReady;
  const ca = readFileSync(ready.caFile, 'utf8');
  return {
    ready,
    child,
    lines,
    said: () => errors,
    token: async () => {
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: ready.clientId,
        client_secret: ready.clientSecret,
        scope: 'https://graph.microsoft.com/.default',
      });
      const url = `${ready.authority}/${ready.tenantId}/oauth2/v2.0/token`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await send(ca, 'POST', url, headers, form.toString());
      return String(answer.json['access_token']);
    },
    graph: (path, token) =>
      send(ca, 'GET', `${ready.graph}/v1.0${path}`, { authorization: `Bearer ${token}` }),
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}
