import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { serveStore } from './server.js';

/** The thread in which the store lives, so that a long query never delays a chat answer. */
const options = z
  .object({ dataDir: z.string(), socketPath: z.string(), port: z.number().optional() })
  .parse(workerData);
export const orders = z.discriminatedUnion('do', [
  z.object({ do: z.literal('close'), id: z.number() }),
  z.object({ do: z.literal('copy'), id: z.number(), path: z.string() }),
]);

const port = parentPort!;
const server = await serveStore(options);
port.on('message', (message: unknown) => {
  const order = orders.parse(message);
  const work = order.do === 'close' ? server.close() : server.copyTo(order.path);
  work.then(
    () => port.postMessage({ done: order.id }),
    (error: unknown) => port.postMessage({ done: order.id, error: String(error) }),
  );
});
port.postMessage({ ready: true, port: server.port });
