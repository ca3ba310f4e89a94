import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { serveGraph } from '../../sandbox/graph-edge.js';
import { listen } from '../../sandbox/listener.js';
import type { Listener } from '../../sandbox/listener.js';
import type { GraphTenant, SimRequest, SimResponse } from '../../sandbox/types.js';

let listener: Listener | undefined;
afterEach(() => listener?.close());

/** A tenant that answers every request in one way. */
async function serve(answer: (request: SimRequest) => Promise<SimResponse>): Promise<string> {
  const tenant = { handle: answer } as unknown as GraphTenant;
  listener = await listen(0, (request, response) => serveGraph(tenant, request, response));
  return listener.url;
}

describe('between HTTP and the simulated tenant', () => {
  test('path stays encoded, query and headers are read, the body comes whole', async () => {
    const seen: SimRequest[] = [];
    const base = await serve(async (request) => {
      seen.push(request);
      return { status: 204, headers: { 'request-id': 'x' } };
    });
    const answer = await fetch(`${base}/v1.0/users('a%23b')?$select=id&$top=5`, {
      method: 'PATCH',
      body: '{"a":1}',
      headers: { 'X-Client-Name': 'test' },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('request-id')).toBe('x');
    expect(seen[0]).toMatchObject({ method: 'PATCH', path: "/v1.0/users('a%23b')" });
    expect(Object.fromEntries(seen[0]?.query ?? [])).toEqual({ $select: 'id', $top: '5' });
    expect(seen[0]?.headers['x-client-name']).toBe('test');
    expect(seen[0]?.body.toString()).toBe('{"a":1}');
  });

  test('JSON, bytes and the tenant’s own content type', async () => {
    const base = await serve(async (request): Promise<SimResponse> =>
      request.path === '/photo'
        ? { status: 200, headers: { 'Content-Type': 'image/jpeg' }, body: Buffer.from([1, 2, 3]) }
        : { status: 200, headers: {}, body: { value: ['ü'] } },
    );
    const json = await fetch(`${base}/v1.0/users`);
    expect(json.headers.get('content-type')).toBe('application/json');
    expect(await json.json()).toEqual({ value: ['ü'] });
    const photo = await fetch(`${base}/photo`);
    expect(photo.headers.get('content-type')).toBe('image/jpeg');
    expect(new Uint8Array(await photo.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  });

  test('a reset cuts the connection without an answer', async () => {
    const base = await serve(async () => ({ status: 200, headers: {}, reset: true }));
    await expect(fetch(`${base}/v1.0/users`)).rejects.toThrow();
  });

  test('a body that is too large is refused, a failure of the simulation is shown as one', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const base = await serve(async () => {
      throw new Error('a defect of the sandbox');
    });
    const large = await fetch(`${base}/v1.0/$batch`, {
      method: 'POST',
      body: Buffer.alloc(17 * 1024 * 1024),
    }).catch(() => undefined);
    // Node may see the connection end before it has sent everything.
    if (large !== undefined) expect(large.status).toBe(413);
    const failed = await fetch(`${base}/v1.0/users`);
    expect(failed.status).toBe(500);
    expect(await failed.json()).toMatchObject({
      error: { code: 'SandboxFailure', innerError: { 'request-id': failed.headers.get('request-id') } },
    });
    expect(said).toHaveBeenCalled();
    said.mockRestore();
  });

  test('while there is no world, callers are asked to come back', async () => {
    listener = await listen(0, (request, response) => serveGraph(undefined, request, response));
    const answer = await fetch(`${listener.url}/v1.0/users`, { headers: { 'client-request-id': 'mine' } });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    const ids = {
      'request-id': answer.headers.get('request-id'),
      'client-request-id': answer.headers.get('client-request-id'),
    };
    expect(ids).toEqual({ 'request-id': expect.stringMatching(/-/) as unknown, 'client-request-id': 'mine' });
    expect(await answer.json()).toMatchObject({ error: { code: 'serviceNotAvailable', innerError: ids } });
    // FACTS §13: every answer says when it was given.
    expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(0);
  });
});
