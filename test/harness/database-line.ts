import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/**
 * The line to a database, in the test's hands: a port of loopback that passes everything on to the socket of a served embedded store,
 * until it is cut or held up.
 */
export class DatabaseLine {
  private readonly open = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly target: string,
    private readonly options: string,
  ) {}

  /** @param uri of the served store, with its unix socket  @param tls key and certificate: the near end speaks TLS, as most servers do */
  static async to(uri: string, tls?: TlsOptions): Promise<DatabaseLine> {
    const path = decodeURIComponent(/^mongodb:\/\/([^/]+)\//.exec(uri)?.[1] ?? '');
    const server = tls ? createTlsServer(tls) : createServer();
    const line = new DatabaseLine(server, path, tls ? '&tls=true&tlsInsecure=true' : '');
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => line.pass(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get uri(): string {
    return `mongodb://127.0.0.1:${(this.server.address() as AddressInfo).port}/?directConnection=true${this.options}`;
  }

  /** Every connection ends at once, with whatever is on its way; new ones end as soon as they begin. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.open) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Connections stay, and nothing passes any more: the far end is alive and silent. */
  holdUp(): void {
    for (const socket of this.open) {
      socket.unpipe();
      socket.pause();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(near: Socket): void {
    if (this.isCut) return void near.destroy();
    const far = connect(this.target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.open.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }
}
