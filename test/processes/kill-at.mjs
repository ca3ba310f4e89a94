/**
 * Preload of a process under test (`--import`): ends it, or stops it, at an exact write. The product knows nothing of it: the wire is
 * wrapped, namely every command of the MongoDB driver that writes and every request to Graph that does.
 *
 * REWIND_TEST_KILL names a file. While it holds `{id, on, match, nth, moment, signal}`, writes are counted from its appearance on, and the
 * nth one that matches ends the process just before it is sent, or just after it was answered. What is counted is noted in FILE.log.
 * REWIND_TEST_SHIFT_MS moves the process' own time on: it stands for having waited so long.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const file = process.env.REWIND_TEST_KILL;
const shift = Number(process.env.REWIND_TEST_SHIFT_MS ?? 0);
if (isMainThread && file) wrapWire();
if (isMainThread && shift > 0) shiftTime();

function shiftTime() {
  const Machine = Date;
  globalThis.Date = class extends Machine {
    constructor(...args) {
      super(...(args.length === 0 ? [Machine.now() + shift] : args));
    }
    static now() {
      return Machine.now() + shift;
    }
  };
}

function wrapWire() {
  const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js');
  const command = Connection.prototype.command;
  const writes = new Set(['insert', 'update', 'delete', 'findAndModify']);
  Connection.prototype.command = function (ns, document, ...rest) {
    const send = () => command.call(this, ns, document, ...rest);
    const [name] = Object.keys(document);
    return writes.has(name) ? around('db', `${document[name]} ${name}`, send) : send();
  };
  const fetch = globalThis.fetch;
  globalThis.fetch = (url, init) => {
    const send = () => fetch(url, init);
    return isGraphWrite(String(url), init)
      ? around('graph', `${init.method} ${new URL(url).pathname}`, send)
      : send();
  };
}

function isGraphWrite(url, { method = 'GET', body } = {}) {
  if (!url.startsWith(process.env.GRAPH_URL)) return false;
  if (!url.endsWith('/$batch')) return isWrite(method, url);
  return JSON.parse(String(body)).requests.some((inner) => isWrite(inner.method, inner.url));
}

/** Graph reads by POST, too. */
const isWrite = (method, url) =>
  method !== 'GET' && !/\/(getByIds|(check|get)Member(Groups|Objects)|estimateAccess|evaluate)$/.test(url);

function armed() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

let counted = 0;
let countedFor = '';
async function around(on, what, send) {
  const point = armed();
  if (point === null || (point.on !== on && point.on !== 'any') || !new RegExp(point.match).test(what))
    return send();
  if (point.id !== countedFor) [counted, countedFor] = [0, point.id];
  appendFileSync(`${file}.log`, `${what}\n`);
  counted += 1;
  if (counted !== point.nth) return send();
  if (point.moment === 'before') end(point);
  const answer = await send();
  if (point.moment === 'after') end(point);
  return answer;
}

/** The next process of the same folder finds itself unarmed. */
function end({ signal }) {
  rmSync(file, { force: true });
  process.kill(process.pid, signal);
}
