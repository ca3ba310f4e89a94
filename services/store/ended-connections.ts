import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

let watching = false;

/**
 * The driver (mongodb 7.9, `Connection.writeCommand`) waits for the `drain` of a connection that takes no more bytes. A connection that
 * has ended, but whose `close` is still to come, takes none and never drains: the command would wait for ever, and where it is
 * the heartbeat of the server's monitor, no server would ever be found again. It happens when all connections end at once, as when a
 * database is restarted. So whoever still waits for `drain` when a connection closes is woken; the driver then reads the
 * connection's error, as for any other command. Node's own http and tls listeners ignore a `drain` that they did not ask for.
 */
export function wakeWhoWaitsForEndedConnections(): void {
  if (watching) return;
  watching = true;
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { readonly socket: Socket };
    // After the listeners of the connection itself, which note why it ended.
    socket.once('close', () => process.nextTick(() => socket.emit('drain')));
  });
}
