/**
 * Preload of a process under test (`--import`): ends it, or stops it, at an exact write. The product knows nothing of it: the wire is
 * wrapped, namely every command of the MongoDB driver that writes, and every request to Graph and to Teams that does.
 *
 * REWIND_TEST_KILL names a file. While it holds `{id, on, match, nth, moment, signal}`, writes are counted from its appearance on, and the
 * nth one that matches ends the process just before it is sent, or just after it was answered. What is counted is noted in FILE.log.
 * REWIND_TEST_SHIFT_MS moves the process' own time on: it stands for having waited so long. On SIGUSR2 the time moves on by
 * REWIND_TEST_LATER_MS once more.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const file = process.env.REWIND_TEST_KILL;
const later = Number(process.env.REWIND_TEST_LATER_MS ?? 0);
let shift = Number(process.env.REWIND_TEST_SHIFT_MS ?? 0);
if (isMainThread && file) wrapWire();
if (isMainThread && (shift > 0 || later > 0)) shiftTime();

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
  if (later > 0) process.on('SIGUSR2', () => (shift += later));
}

function wrapWire() {
  const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js');
  const command = Connection.prototype.command;
  const writes = new Set(['insert', 'update', 'delete', 'findAndModify']);
  Connection.prototype.command = function (ns, document, ...rest) {
    const send = () => command.call(this, ns, document, ...rest);
    const [name] = Object.keys(document);
    return writes.has(name) ? around('db', `${document[name]} ${name}${purposeOf(document)}`, send) : send();
  };
  const fetch = globalThis.fetch;
  globalThis.fetch = (url, init) => {
    const send = () => fetch(url, init);
    return isGraphWrite(String(url), init)
      ? around('graph', `${init.method} ${withoutIds(new URL(url).pathname)}`, send)
      : send();
  };
  const request = http.request;
  http.request = (...args) => {
    const what = teamsWrite(args);
    const point = what && reached('teams', what);
    if (point?.moment === 'before') end(point);
    const sent = request(...args);
    if (point?.moment === 'after') sent.prependOnceListener('response', () => end(point));
    return sent;
  };
  syncBuiltinESMExports();
}

/** Of cards: news of the channel come once, a person's own card is noted as often as it is drawn. */
function purposeOf({ insert, documents = [] }) {
  const [first] = Array.isArray(documents) ? documents : (documents.documents ?? []);
  return insert === 'postedCards' && first?.purpose ? ` ${first.purpose}` : '';
}

/** The same step of two runs has the same name. */
const withoutIds = (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '{id}');

function isGraphWrite(url, { method = 'GET', body } = {}) {
  if (!url.startsWith(process.env.GRAPH_URL)) return false;
  if (!url.endsWith('/$batch')) return isWrite(method, url);
  return JSON.parse(String(body)).requests.some((inner) => isWrite(inner.method, inner.url));
}

/** Graph reads by POST, too. */
const isWrite = (method, url) =>
  method !== 'GET' && !/\/(getByIds|(check|get)Member(Groups|Objects)|estimateAccess|evaluate)$/.test(url);

/** "teams post" a new message, "teams put" an edited one; null for whatever is none. Tokens come from another host. */
function teamsWrite([first, second]) {
  const address = first instanceof URL || typeof first === 'string' ? new URL(first) : null;
  const options = (address ? second : first) ?? {};
  const host = address?.host ?? `${options.hostname ?? options.host}:${options.port}`;
  const path = address?.pathname ?? options.path ?? '';
  const method = String(options.method ?? 'GET').toLowerCase();
  const isMessage = /\/conversations\/[^/]+\/activities/.test(path);
  return host === process.env.BOT_SERVICE_HOSTS && isMessage && method !== 'get' ? `teams ${method}` : null;
}

function armed() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

let counted = 0;
let countedFor = '';

/** Counts and notes one write. @returns the point if this is the write that it means */
function reached(on, what) {
  const point = armed();
  if (point === null || (point.on !== on && point.on !== 'any') || !new RegExp(point.match).test(what))
    return null;
  if (point.id !== countedFor) [counted, countedFor] = [0, point.id];
  appendFileSync(`${file}.log`, `${what}\n`);
  counted += 1;
  return counted === point.nth ? point : null;
}

async function around(on, what, send) {
  const point = reached(on, what);
  if (point?.moment === 'before') end(point);
  const answer = await send();
  if (point?.moment === 'after') end(point);
  return answer;
}

/** The next process of the same folder finds itself unarmed. */
function end({ signal }) {
  rmSync(file, { force: true });
  process.kill(process.pid, signal);
}
