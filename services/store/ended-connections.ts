import { createRequire } from 'node:module';

/** Of the driver's own connection, what is needed here. */
interface DriverConnection {
  readonly socket: { emit(event: 'drain'): boolean };
  cleanup(error: Error): void;
}
interface DriverModule {
  readonly Connection: { readonly prototype: DriverConnection };
}

let isMended = false;

/**
 * The driver (mongodb 7.9, `Connection.writeCommand`) waits for the `drain` of a connection that takes no more bytes. A connection that
 * has ended, but whose `close` is still to come, takes none and never drains: the command would wait for ever, and where it is
 * the heartbeat of the server's monitor, no server would ever be found again. It happens when all connections end at once, as when a
 * database is restarted. So whoever still waits for `drain` when the driver gives a connection up is woken, and then reads the
 * connection's error, as for any other command. The driver's own method is wrapped, since nothing public sees its sockets (Node tells of
 * plain ones, `net.client.socket`, but not of TLS); once the driver does so itself, it does no harm.
 */
export function wakeWhoWaitsForEndedConnections(): void {
  if (isMended) return;
  isMended = true;
  const load = createRequire(import.meta.url);
  const { prototype } = (load('mongodb/lib/cmap/connection.js') as DriverModule).Connection;
  const { cleanup } = prototype;
  prototype.cleanup = function (this: DriverConnection, error: Error): void {
    cleanup.call(this, error);
    this.socket.emit('drain');
  };
}
