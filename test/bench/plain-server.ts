/** The yardstick: a plain Node https server that sends given bytes for given paths, and does nothing else. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { openTls } from '../../sandbox/tls.js';

export interface RecordedPage {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Speaks over the channel of `fork`: the address goes out, then pages come in, each answered with its path. */
const pages = new Map<string, RecordedPage>();
process.on('message', (page: RecordedPage) => {
  pages.set(page.path, page);
  process.send?.(page.path);
});

const { key, cert } = await openTls(process.argv[2] ?? '');
const server = createServer({ key, cert }, (request, response) => {
  const page = pages.get(request.url ?? '');
  response.writeHead(page ? 200 : 404, page?.headers);
  response.end(page?.body);
});
server.listen(0, 'localhost', () => {
  process.send?.(`https://localhost:${(server.address() as AddressInfo).port}`);
});
