import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openStore, type Store } from '../../../services/store/connect.js';
import { startEmbeddedStore } from '../../../services/store/embedded-process.js';
import { DatabaseLine } from '../../harness/database-line.js';

describe('[R20] connections to the database', () => {
  const sockets: Socket[] = [];
  const note = (message: unknown) => void sockets.push((message as { readonly socket: Socket }).socket);
  let folder: string;
  let line: DatabaseLine;
  let store: Store;
  let server: Awaited<ReturnType<typeof startEmbeddedStore>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rewind-line-'));
    server = await startEmbeddedStore({ dataDir: folder });
    line = await DatabaseLine.to(server.uri);
    subscribe('net.client.socket', note);
    store = await openStore({ mongoUri: line.uri, dataDir: '' });
    unsubscribe('net.client.socket', note);
  });
  afterEach(async () => {
    await store.close();
    await line.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
    sockets.length = 0;
  });

  test('a command and a heartbeat that meet connections in the moment they all end do not wait for ever', async () => {
    await store.ping();
    for (const socket of sockets) socket.destroy();
    // Begun before the connections say that they are closed: the read is repeated by the driver, once the server is found again.
    expect(await store.db.collection('things').findOne({})).toBeNull();
    await store.ping();
  });

  test('a write that meets such a connection is refused or done, and the next one is done', async () => {
    const things = store.db.collection<{ _id: string }>('things');
    await things.insertOne({ _id: 'before' });
    for (const socket of sockets) socket.destroy();
    const meeting = await things.insertOne({ _id: 'meeting' }).then(
      () => 'done',
      () => 'refused',
    );
    await things.insertOne({ _id: 'after' });
    const kept = (await things.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    expect(kept).toEqual(meeting === 'done' ? ['after', 'before', 'meeting'] : ['after', 'before']);
  });

  test('[N3] a database that is connected and silent is said to be away, instead of being waited for', async () => {
    await store.ping();
    line.holdUp();
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});
