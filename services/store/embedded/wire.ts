import { serialize } from 'bson';
import { decode, MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES, type Document } from './values.js';

/** MongoDB's wire protocol as far as drivers of today speak it: OP_MSG, and OP_QUERY for the first hello. */
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;
const FLAG_CHECKSUM = 1;
const FLAG_MORE_TO_COME = 2;
/** A command may be a little larger than the largest document it carries. */
const MAX_COMMAND_BYTES = MAX_DOCUMENT_BYTES + 16_384;

export interface Request {
  readonly requestId: number;
  /** Raw bytes of the command's document, and of the document sequences that came beside it. */
  readonly bytes: Buffer;
  readonly body: Document;
  readonly sequences: ReadonlyMap<string, readonly Buffer[]>;
  /** OP_QUERY is answered by OP_REPLY. */
  readonly legacy: boolean;
  /** The client waits for no answer (write concern w:0). */
  readonly silent: boolean;
}

/** @throws Error where the peer does not speak the protocol: the connection is closed. */
function demand(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Cuts a byte stream into messages. @throws Error */
export async function* messagesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    pending.push(chunk);
    size += chunk.length;
    while (size >= HEADER_BYTES) {
      if (pending[0]!.length < 4) pending = [Buffer.concat(pending)];
      const length = pending[0]!.readInt32LE(0);
      demand(length >= HEADER_BYTES && length <= MAX_MESSAGE_BYTES, `message of ${length} bytes`);
      if (size < length) break;
      const joined = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
      yield joined.subarray(0, length);
      pending = [joined.subarray(length)];
      size -= length;
    }
  }
}

/** @throws Error */
export function parseRequest(frame: Buffer): Request {
  const opCode = frame.readInt32LE(12);
  demand(opCode === OP_MSG || opCode === OP_QUERY, `operation ${opCode}`);
  const requestId = frame.readInt32LE(4);
  if (opCode === OP_MSG) return { requestId, legacy: false, ...parseMessage(frame) };
  const nameEnd = frame.indexOf(0, HEADER_BYTES + 4);
  demand(nameEnd !== -1, 'query without a namespace');
  const bytes = documentAt(frame, nameEnd + 9, frame.length);
  const body = { ...decode(bytes), $db: frame.toString('utf8', HEADER_BYTES + 4, nameEnd).split('.')[0] };
  return { requestId, legacy: true, bytes, body, sequences: new Map(), silent: false };
}

function parseMessage(frame: Buffer): Omit<Request, 'requestId' | 'legacy'> {
  const flags = frame.readUInt32LE(HEADER_BYTES);
  // Bits 0-15 are required: an unknown one must be refused.
  demand((flags & 0xffff & ~(FLAG_CHECKSUM | FLAG_MORE_TO_COME)) === 0, `flags ${flags}`);
  const end = frame.length - (flags & FLAG_CHECKSUM ? 4 : 0);
  const bodies: Buffer[] = [];
  const sequences = new Map<string, readonly Buffer[]>();
  for (let at = HEADER_BYTES + 4; at < end;) {
    const kind = frame[at++]!;
    demand(kind <= 1, `section of kind ${kind}`);
    if (kind === 0) {
      bodies.push(documentAt(frame, at, end));
      at += bodies[0]!.length;
      continue;
    }
    const sectionEnd = at + frame.readInt32LE(at);
    const nameEnd = frame.indexOf(0, at + 4);
    demand(sectionEnd <= end && nameEnd !== -1 && nameEnd < sectionEnd, 'document sequence');
    const documents: Buffer[] = [];
    for (let inner = nameEnd + 1; inner < sectionEnd; inner += documents.at(-1)!.length)
      documents.push(documentAt(frame, inner, sectionEnd));
    sequences.set(frame.toString('utf8', at + 4, nameEnd), documents);
    at = sectionEnd;
  }
  const [bytes, ...others] = bodies;
  if (!bytes || others.length > 0) throw new Error(`${bodies.length} bodies in one message`);
  return { bytes, body: decode(bytes), sequences, silent: (flags & FLAG_MORE_TO_COME) !== 0 };
}

function documentAt(frame: Buffer, at: number, end: number): Buffer {
  demand(at + 5 <= end, 'cut document');
  const length = frame.readInt32LE(at);
  demand(length >= 5 && at + length <= end && length <= MAX_COMMAND_BYTES, `document of ${length} bytes`);
  return frame.subarray(at, at + length);
}

/** @param reply  a document, or its bytes */
export function formatReply({ requestId, legacy }: Request, reply: Document | Buffer, id: number): Buffer {
  const body = Buffer.isBuffer(reply) ? reply : serialize(reply, { ignoreUndefined: true });
  const prefix = Buffer.alloc(HEADER_BYTES + (legacy ? 20 : 5));
  const header = [prefix.length + body.length, id, requestId, legacy ? OP_REPLY : OP_MSG];
  // OP_REPLY: await capable, no cursor, from 0, one document. OP_MSG: no flags, one section of kind 0.
  [...header, ...(legacy ? [8, 0, 0, 0, 1] : [])].forEach((value, i) => prefix.writeInt32LE(value, i * 4));
  return Buffer.concat([prefix, body]);
}
