/** Requests and answers of the simulated Teams, on top of the sandbox's own edge (../http.ts). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { readBody, sendJson as send } from '../http.js';

/** Larger than any message Teams takes, so that the size rule answers and not the reader. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Ends a request with a status and a JSON body; caught by the server's boundary. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`HTTP ${status}`);
  }
}

/** The answer of the sandbox's own control paths to a wrong call. */
export function refuse(status: number, problem: string): HttpProblem {
  return new HttpProblem(status, { error: problem });
}

/** @returns the parsed JSON body; {} when there is none */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const body = await readBody(req, MAX_BODY_BYTES);
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw refuse(400, 'The body is not JSON.');
  }
}

/** @throws HttpProblem 400 naming the wrong fields */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw refuse(400, wrong.join('; '));
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.writableEnded) return;
  if (body === undefined) res.writeHead(status, headers).end();
  else send(res, status, body, headers);
}
