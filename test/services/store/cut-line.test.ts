import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isRewindError } from '../../../services/model/errors.js';
import { tenantId } from '../../../services/model/ids.js';
import { openStore } from '../../../services/store/connect.js';
import { wakeWhoWaitsForEndedConnections } from '../../../services/store/ended-connections.js';
import { startEmbeddedStore } from '../../../services/store/embedded-process.js';
import { createRecordStore } from '../../../services/store/records.js';
import { openTls } from '../../../sandbox/tls.js';
import { DatabaseLine } from '../../harness/database-line.js';

const CUTS = 12;
const WORKERS = 4;
/** A broken driver never comes back; a sound one within a second. */
const PATIENCE_IN_MS = 30_000;
const tenant = tenantId('11111111-1111-4111-8111-111111111111');
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test.each(['plain', 'tls'])(
  '[R20] all connections (%s) cut at once, again and again: every time all writers go on, and soon',
  async (kind) => {
    const folder = await mkdtemp(join(tmpdir(), 'rewind-cut-'));
    const server = await startEmbeddedStore({ dataDir: folder });
    const tls = kind === 'tls' ? await openTls(folder) : undefined;
    const line = await DatabaseLine.to(server.uri, tls);
    const store = await openStore({ mongoUri: line.uri, dataDir: '', dbName: 'cut' });
    const notes = createRecordStore(store.db).collection({ name: 'notes', schemaVersion: 1, indexes: [] });
    const written = Array.from({ length: WORKERS }, () => 0);
    let ending = false;
    const write = async (worker: number): Promise<void> => {
      while (!ending)
        try {
          const id = `${worker}-${written[worker]}`;
          if (await notes.create({ tenant, id, rev: 0 })) written[worker]! += 1;
        } catch (error) {
          if (!isRewindError(error, 'STORE_UNREACHABLE')) throw error;
          // A closed client refuses without a turn of the event loop.
          await turn();
        }
    };
    const writers = Array.from({ length: WORKERS }, (_, worker) => write(worker));
    const allGoOn = async (cut: number): Promise<void> => {
      const before = [...written];
      const goesOn = (): boolean => written.every((count, worker) => count > before[worker]!);
      for (const end = performance.now() + PATIENCE_IN_MS; performance.now() < end && !goesOn();)
        await turn();
      expect([cut, goesOn()]).toEqual([cut, true]);
    };
    try {
      await allGoOn(0);
      for (let cut = 1; cut <= CUTS; cut += 1) {
        line.cut();
        // Sometimes back before anybody has looked, sometimes after some have tried.
        for (let turns = (cut % 4) * 20; turns > 0; turns -= 1) await turn();
        line.mend();
        await allGoOn(cut);
      }
      ending = true;
      await Promise.all(writers);
      const stored = await notes.find(tenant, {});
      expect(stored).toHaveLength(written.reduce((sum, count) => sum + count, 0));
    } finally {
      ending = true;
      await store.close();
      await line.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  120_000,
);

/** The driver's own connection, as far as this test speaks to it. */
interface DriverConnection {
  command(ns: unknown, command: object, options: object): Promise<unknown>;
}

test.each(['plain', 'tls'])(
  'a command for a connection (%s) that has ended, and has not said so yet, fails instead of waiting for ever',
  async (kind) => {
    wakeWhoWaitsForEndedConnections();
    const load = createRequire(import.meta.url);
    const { Connection } = load('mongodb/lib/cmap/connection.js') as {
      readonly Connection: new (socket: Socket, options: object) => DriverConnection;
    };
    const { ns } = load('mongodb/lib/utils.js') as { readonly ns: (name: string) => unknown };
    const folder = await mkdtemp(join(tmpdir(), 'rewind-cut-'));
    const server = kind === 'tls' ? createTlsServer(await openTls(folder)) : createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const socket =
      kind === 'tls'
        ? connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
        : connect(port, '127.0.0.1');
    await once(socket, kind === 'tls' ? 'secureConnect' : 'connect');
    const connection = new Connection(socket, { id: 1, generation: 0 });
    socket.destroy();
    await expect(connection.command(ns('admin.$cmd'), { hello: 1 }, {})).rejects.toThrow('closed');
    server.close();
    await rm(folder, { recursive: true, force: true });
  },
  10_000,
);
