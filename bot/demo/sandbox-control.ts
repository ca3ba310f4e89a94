import { RewindError } from '../../services/model/errors.js';

/** One call to the sandbox's control. @throws INTERNAL with what it answered */
export async function control(base: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${base}/_sandbox/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new RewindError(
      'INTERNAL',
      {},
      { message: `the sandbox answered ${answer.status} to ${path}: ${text.slice(0, 500)}` },
    );
  return text === '' ? null : (JSON.parse(text) as unknown);
}
