import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { MongoClient, type Db } from 'mongodb';
import { startEmbeddedStore, type EmbeddedStore } from '../../../../services/store/embedded-process.js';

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'embedded-'));

/** The embedded store in this process, with one client, for a whole test file. */
export function embedded(): { db: (name?: string) => Db; store: () => EmbeddedStore; folder: () => string } {
  let folder: string;
  let store: EmbeddedStore;
  let client: MongoClient;
  beforeAll(async () => {
    folder = await temporaryFolder();
    store = await startEmbeddedStore({ dataDir: folder });
    client = await new MongoClient(store.uri).connect();
  });
  afterAll(async () => {
    await client.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { db: (name = 'test') => client.db(name), store: () => store, folder: () => folder };
}

export interface Served {
  readonly uri: string;
  /** All that it has written to stdout so far. */
  output(): string;
  readonly process: ChildProcess;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and wait. @returns the exit code */
  stop(): Promise<number | null>;
}

/** The store as a process of its own. @throws with what it wrote to stderr if it does not start */
export async function serve(folder: string, ...more: string[]): Promise<Served> {
  const script = new URL('../../../../services/store/embedded-serve.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, '--data', folder, ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  let out = '';
  const uri = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) resolve(out.split('\n')[0]!);
    });
    void ended.then(() => reject(new Error(complaints)));
  });
  return {
    uri,
    output: () => out,
    process: child,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
