// Preloaded into the service (node --import): writes every host that it connects to or looks up, other than loopback, into the file
// named by REWIND_TEST_NETWORK_LOG. A test asserts that the file stays empty.
import { appendFileSync } from 'node:fs';
import dns from 'node:dns';
import net from 'node:net';

const file = process.env.REWIND_TEST_NETWORK_LOG;
const isLoopback = (host) => /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(host);
const note = (host) => {
  if (file && !isLoopback(host)) appendFileSync(file, `${host}\n`);
};

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  // Node calls it with (options), ([options, callback]), (port, host) or (path).
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (first !== null && typeof first === 'object') {
    if (first.path === undefined || first.path === null) note(String(first.host ?? 'localhost'));
  } else if (!Number.isNaN(Number(first))) note(typeof second === 'string' ? second : 'localhost');
  return connect.apply(this, args);
};

const lookup = dns.lookup;
dns.lookup = function (host, ...rest) {
  note(String(host));
  return lookup.call(this, host, ...rest);
};
