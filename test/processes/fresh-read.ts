import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createBackup } from '../../services/backup/index.js';
import { catalog } from '../../services/catalog/index.js';
import { createDirectory, type GraphDirectory } from '../../services/graph/directory.js';
import type { Clock } from '../../services/model/clock.js';
import type { SnapshotHeader } from '../../services/model/history.js';
import { tenantId } from '../../services/model/ids.js';
import type { Log } from '../../services/model/log.js';
import { systemRandom } from '../../services/model/random.js';
import { createHistory } from '../../services/store/history/index.js';
import { createLeases } from '../../services/store/leases.js';
import type { SandboxAddresses } from '../../bot/demo/stage.js';
import { memoryDb } from '../fakes/memory-db.js';

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Its own time: nothing that it stores is looked at but the digests, which hold none of it. */
const clock: Clock = {
  now: () => new Date(),
  offsetInMs: () => 0,
  onJump: () => () => undefined,
  sleep: (delayInMs) => new Promise((resolve) => setTimeout(resolve, delayInMs)),
};

/** The tenant as somebody finds it who has never read it before: a full read into an empty history. */
export class FreshRead {
  private readonly directory: GraphDirectory;

  constructor(private readonly sandbox: SandboxAddresses) {
    const { graph, authority, tenantId: id, clientId, clientSecret } = sandbox;
    const settings = { graphUrl: graph, authority, tenantId: id, clientId, clientSecret };
    this.directory = createDirectory(
      { ...settings, clientName: 'fresh-read' },
      {
        log: silent,
        random: systemRandom,
        catalog,
        fetch: (url, init) => this.fetch(new URL(String(url)), init),
        tokens: { token: (renew) => this.token(renew) },
      },
    );
  }

  async header(): Promise<SnapshotHeader> {
    const db = memoryDb();
    const backup = createBackup({
      directoryOf: () => this.directory.reader,
      history: createHistory(db),
      catalog,
      clock,
      leases: createLeases(db, clock),
      notifier: { notify: () => Promise.resolve() },
      log: silent,
      random: systemRandom,
    });
    return backup.run(tenantId(this.sandbox.tenantId), { trigger: 'connect' });
  }

  private bearer: Promise<string> | null = null;

  private token(renew = false): Promise<string> {
    if (renew || this.bearer === null) this.bearer = this.signIn();
    return this.bearer;
  }

  private async signIn(): Promise<string> {
    const { authority, tenantId: id, clientId, clientSecret, graph } = this.sandbox;
    const answer = await this.fetch(new URL(`${authority}/${id}/oauth2/v2.0/token`), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: `${graph}/.default`,
      }).toString(),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  /** Node's own fetch knows no further certificate authority once it runs. */
  private fetch(url: URL, { method = 'GET', headers, body }: RequestInit = {}): Promise<Response> {
    const ca = readFileSync(this.sandbox.caFile);
    return new Promise((resolve, reject) => {
      const options = { method, headers: Object.fromEntries(new Headers(headers)), ca };
      const asked = request(url, options, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          const content = status === 204 || status === 304 ? null : Buffer.concat(parts);
          resolve(new Response(content, { status, headers: flat(answer.headers) }));
        });
      });
      asked.on('error', reject);
      asked.end(body as string | undefined);
    });
  }
}

const flat = (
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
  );
