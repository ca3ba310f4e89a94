import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { z } from 'zod';
import type { SandboxAddresses } from '../../bot/demo/stage.js';

const token = z.looseObject({ access_token: z.string() });
const page = z.looseObject({ value: z.array(z.looseObject({ displayName: z.string().nullish() })) });
export type Entity = Readonly<Record<string, unknown>> & { readonly id: string };
const entity = z.looseObject({ id: z.string() });

/** The tenant as Graph tells it, asked over HTTPS with the service application's own sign-in: what a test asserts in the end. */
export class Directory {
  private bearer: string | null = null;

  constructor(private readonly sandbox: SandboxAddresses) {}

  /** @returns null when Graph does not know it */
  async get(path: string): Promise<unknown> {
    this.bearer ??= await this.signIn();
    const { status, body } = await this.send('GET', `${this.sandbox.graph}/v1.0/${path}`, {
      authorization: `Bearer ${this.bearer}`,
    });
    if (status === 404) return null;
    if (status !== 200) throw new Error(`Graph answered ${status} to ${path}: ${body}`);
    return JSON.parse(body) as unknown;
  }

  /** A live user by sign-in name or id; null when there is none. */
  async user(key: string): Promise<Entity | null> {
    const select = 'id,displayName,userPrincipalName,department,jobTitle,accountEnabled,city,mobilePhone';
    const found = await this.get(`users/${encodeURIComponent(key)}?$select=${select}`);
    return found === null ? null : entity.parse(found);
  }

  /** Names of the groups a user is in, sorted; dynamic ones too. */
  async groupsOf(key: string): Promise<readonly string[]> {
    return this.names(`users/${encodeURIComponent(key)}/memberOf`);
  }

  async managerOf(key: string): Promise<string | null> {
    const found = await this.get(`users/${encodeURIComponent(key)}/manager`);
    return found === null ? null : z.looseObject({ displayName: z.string() }).parse(found).displayName;
  }

  /** A live group by its exact name. */
  async group(name: string): Promise<Entity | null> {
    const found = await this.get(
      `groups?$filter=${encodeURIComponent(`displayName eq '${name}'`)}&$select=id,displayName,description`,
    );
    const [first] = page.parse(found).value;
    return first ? entity.parse(first) : null;
  }

  async membersOf(name: string): Promise<readonly string[]> {
    const group = await this.group(name);
    return group ? this.names(`groups/${group.id}/members?$top=999`) : [];
  }

  /** Sign-in names of a group's users, sorted. */
  async signInNamesOf(name: string): Promise<readonly string[]> {
    const group = await this.group(name);
    const found = await this.get(`groups/${group?.id ?? ''}/members?$top=999`);
    const users = z.looseObject({
      value: z.array(z.looseObject({ userPrincipalName: z.string().nullish() })),
    });
    return users
      .parse(found)
      .value.flatMap(({ userPrincipalName }) => userPrincipalName ?? [])
      .sort();
  }

  /** Sign-in names of the people of Research (their manager is Priya) whom the story does not name: a test may take each for itself. */
  async researchers(): Promise<string[]> {
    return (await this.signInNamesOf('Research all')).filter((upn) => !/^(alice|priya)\./.test(upn));
  }

  /** The same of Finance (their manager is Tom). */
  async accountants(): Promise<string[]> {
    return (await this.signInNamesOf('Finance all')).filter((upn) => !/^(alice|erik|tom)\./.test(upn));
  }

  private async names(path: string): Promise<readonly string[]> {
    return page
      .parse(await this.get(path))
      .value.map(({ displayName }) => displayName ?? '')
      .sort();
  }

  private async signIn(): Promise<string> {
    const { sandbox } = this;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: sandbox.clientId,
      client_secret: sandbox.clientSecret,
      scope: `${sandbox.graph}/.default`,
    });
    const answer = await this.send(
      'POST',
      `${sandbox.authority}/${sandbox.tenantId}/oauth2/v2.0/token`,
      { 'content-type': 'application/x-www-form-urlencoded' },
      form.toString(),
    );
    return token.parse(JSON.parse(answer.body)).access_token;
  }

  private send(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    content?: string,
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        url,
        { method, headers: { ...headers }, ca: readFileSync(this.sandbox.caFile) },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
          );
        },
      );
      asked.on('error', reject);
      asked.end(content);
    });
  }
}
