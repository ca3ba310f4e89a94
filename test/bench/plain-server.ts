/** The yardstick: a plain Node https server that sends given bytes for given paths, and does nothing else. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { openTls } from '../../sandbox/tls.js';

export interface RecordedPage {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Speaks over the channel of `fork`: pages come in, the address goes out. */
process.once('message', (pages: readonly RecordedPage[]) => {
  void serve(new Map(pages.map((page) => [page.path, page])));
});

async function serve(pages: ReadonlyMap<string, RecordedPage>): Promise<void> {
  const { key, cert } = await openTls(process.argv[2] ?? '');
  const server = createServer({ key, cert }, (request, response) => {
    const page = pages.get(request.url ?? '');
    response.writeHead(page ? 200 : 404, page?.headers);
    response.end(page?.body);
  });
  server.listen(0, 'localhost', () => {
    process.send?.(`https://localhost:${(server.address() as AddressInfo).port}`);
  });
}
