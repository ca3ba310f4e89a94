import { serialize } from 'bson';
import { decode, MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES } from './bytes.js';
import type { Document } from './values.js';

/** MongoDB's wire protocol as far as drivers of today speak it: OP_MSG, and OP_QUERY for the first hello. */
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;
const FLAG_CHECKSUM = 1;
const FLAG_MORE_TO_COME = 2;
/** Bits 0-15 of OP_MSG's flags are required: an unknown one must be refused. */
const REQUIRED_FLAGS = 0xffff;

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

/** The peer does not speak the protocol: the connection is closed. */
export class ProtocolError extends Error {}

/** Cuts a byte stream into messages. */
export class FrameReader {
  private pending: Buffer[] = [];
  private size = 0;

  /** @throws ProtocolError */
  push(chunk: Buffer): Buffer[] {
    this.pending.push(chunk);
    this.size += chunk.length;
    const frames: Buffer[] = [];
    for (;;) {
      if (this.size < HEADER_BYTES) return frames;
      if (this.pending[0]!.length < 4) this.pending = [Buffer.concat(this.pending)];
      const length = this.pending[0]!.readInt32LE(0);
      if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES)
        throw new ProtocolError(`message of ${length} bytes`);
      if (this.size < length) return frames;
      const joined = this.pending.length === 1 ? this.pending[0]! : Buffer.concat(this.pending);
      frames.push(joined.subarray(0, length));
      this.pending = length < joined.length ? [joined.subarray(length)] : [];
      this.size -= length;
    }
  }
}

/** @throws ProtocolError */
export function parseRequest(frame: Buffer): Request {
  const requestId = frame.readInt32LE(4);
  const opCode = frame.readInt32LE(12);
  if (opCode === OP_MSG) return parseMessage(frame, requestId);
  if (opCode === OP_QUERY) return parseQuery(frame, requestId);
  throw new ProtocolError(`operation ${opCode}`);
}

function parseMessage(frame: Buffer, requestId: number): Request {
  const flags = frame.readUInt32LE(HEADER_BYTES);
  if ((flags & REQUIRED_FLAGS & ~(FLAG_CHECKSUM | FLAG_MORE_TO_COME)) !== 0)
    throw new ProtocolError(`flags ${flags}`);
  const end = frame.length - (flags & FLAG_CHECKSUM ? 4 : 0);
  let at = HEADER_BYTES + 4;
  let bytes: Buffer | undefined;
  const sequences = new Map<string, readonly Buffer[]>();
  while (at < end) {
    const kind = frame[at++];
    if (kind === 0 && bytes === undefined) {
      bytes = documentAt(frame, at, end);
      at += bytes.length;
    } else if (kind === 1) {
      const sectionEnd = at + frame.readInt32LE(at);
      const nameEnd = frame.indexOf(0, at + 4);
      if (sectionEnd > end || nameEnd === -1 || nameEnd >= sectionEnd)
        throw new ProtocolError('document sequence');
      const documents: Buffer[] = [];
      let inner = nameEnd + 1;
      while (inner < sectionEnd) {
        const document = documentAt(frame, inner, sectionEnd);
        documents.push(document);
        inner += document.length;
      }
      sequences.set(frame.toString('utf8', at + 4, nameEnd), documents);
      at = sectionEnd;
    } else throw new ProtocolError(`section of kind ${kind}`);
  }
  if (bytes === undefined) throw new ProtocolError('message without a body');
  return {
    requestId,
    bytes,
    body: decode(bytes),
    sequences,
    legacy: false,
    silent: (flags & FLAG_MORE_TO_COME) !== 0,
  };
}

function parseQuery(frame: Buffer, requestId: number): Request {
  const nameEnd = frame.indexOf(0, HEADER_BYTES + 4);
  if (nameEnd === -1) throw new ProtocolError('query without a namespace');
  const bytes = documentAt(frame, nameEnd + 9, frame.length);
  const body = { ...decode(bytes), $db: frame.toString('utf8', HEADER_BYTES + 4, nameEnd).split('.')[0] };
  return { requestId, bytes, body, sequences: new Map(), legacy: true, silent: false };
}

function documentAt(frame: Buffer, at: number, end: number): Buffer {
  if (at + 5 > end) throw new ProtocolError('cut document');
  const length = frame.readInt32LE(at);
  // A command may be a little larger than the largest document it carries.
  if (length < 5 || at + length > end || length > MAX_DOCUMENT_BYTES + 16_384)
    throw new ProtocolError(`document of ${length} bytes`);
  return frame.subarray(at, at + length);
}

/** @param reply  a document, or its bytes */
export function formatReply(request: Request, reply: Document | Buffer, id: number): Buffer {
  const body = Buffer.isBuffer(reply) ? reply : serialize(reply, { ignoreUndefined: true });
  const prefix = Buffer.alloc(HEADER_BYTES + (request.legacy ? 20 : 5));
  prefix.writeInt32LE(prefix.length + body.length, 0);
  prefix.writeInt32LE(id, 4);
  prefix.writeInt32LE(request.requestId, 8);
  prefix.writeInt32LE(request.legacy ? OP_REPLY : OP_MSG, 12);
  if (request.legacy) {
    prefix.writeInt32LE(8, HEADER_BYTES);
    prefix.writeInt32LE(1, HEADER_BYTES + 16);
  }
  return Buffer.concat([prefix, body]);
}
