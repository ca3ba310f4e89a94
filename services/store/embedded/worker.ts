import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { serveStore } from './server.js';

/** The thread in which the store lives, so that a long query never delays a chat answer. Any message means: end. */
const options = z.object({ dataDir: z.string(), socketPath: z.string(), port: z.number().optional() });
const server = await serveStore(options.parse(workerData));
parentPort!.once('message', () => void server.close().then(() => process.exit(0)));
parentPort!.postMessage({ port: server.port });
