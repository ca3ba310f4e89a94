import { join } from 'node:path';
import { z } from 'zod';
import { openSigningKey, signJwt, type SigningKey } from '../../sandbox/keys.js';
import type { Seen } from './people.js';
import type { World } from './world.js';

/** A well-made message of a person in their personal chat, as Teams would send it. */
export type ActivityBody = Readonly<Record<string, unknown>> & { readonly serviceUrl: string };

const info = z.looseObject({
  tenantId: z.string(),
  bot: z.looseObject({ id: z.string(), name: z.string() }),
  people: z.array(
    z.looseObject({
      objectId: z.string(),
      displayName: z.string(),
      mri: z.string(),
      conversationId: z.string(),
      serviceUrl: z.string(),
    }),
  ),
});

export interface Claims {
  readonly key?: SigningKey;
  readonly issuer?: string;
  readonly audience?: string;
  readonly serviceUrl?: string;
  readonly lifeInSeconds?: number;
  /** Claims besides; `undefined` leaves one out. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Speaks to the bot's endpoint itself, as Teams does or as somebody does who would like to be Teams. */
export class Channel {
  private constructor(
    private readonly world: World,
    private readonly teams: z.output<typeof info>,
    readonly key: SigningKey,
  ) {}

  static async open(world: World): Promise<Channel> {
    const key = await openSigningKey(join(world.dataDir, 'sandbox'), 'teams-channel');
    return new Channel(world, info.parse(await world.stage.control('teams-info')), key);
  }

  objectIdOf(name: string): string {
    return this.person(name).objectId;
  }

  activity(from: string, content: Readonly<Record<string, unknown>>): ActivityBody {
    const person = this.person(from);
    return {
      id: `test-${Math.random().toString(36).slice(2)}`,
      channelId: 'msteams',
      serviceUrl: person.serviceUrl,
      localTimezone: 'Europe/Berlin',
      locale: 'en-GB',
      from: { id: person.mri, name: person.displayName, aadObjectId: person.objectId },
      recipient: this.teams.bot,
      conversation: {
        conversationType: 'personal',
        tenantId: this.teams.tenantId,
        id: person.conversationId,
      },
      channelData: { tenant: { id: this.teams.tenantId } },
      ...content,
    };
  }

  /** A token as Teams signs it, or with one thing wrong. */
  token(activity: ActivityBody, wrong: Claims = {}): Promise<string> {
    return signJwt(
      wrong.key ?? this.key,
      { serviceurl: wrong.serviceUrl ?? activity.serviceUrl, ...wrong.more },
      {
        issuer: wrong.issuer ?? 'https://api.botframework.com',
        audience: wrong.audience ?? this.world.stage.sandbox.botAppId,
        lifeInSeconds: wrong.lifeInSeconds ?? 600,
      },
    );
  }

  /** Posts what it is given; `authorization` null leaves the header out, undefined signs as Teams does. */
  async post(
    activity: ActivityBody | string,
    authorization?: string | null,
    method = 'POST',
  ): Promise<{ readonly status: number; readonly body: string }> {
    const signed =
      authorization === undefined && typeof activity !== 'string'
        ? `Bearer ${await this.token(activity)}`
        : authorization;
    const answer = await fetch(`${this.world.stage.serviceUrl}/api/messages`, {
      method,
      headers: { 'content-type': 'application/json', ...(signed ? { authorization: signed } : {}) },
      ...(method === 'GET'
        ? {}
        : { body: typeof activity === 'string' ? activity : JSON.stringify(activity) }),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: answer.status, body: await answer.text() };
  }

  /** The invoke that a button of this card would cause, with whatever verb and data somebody puts in it. */
  cardAction(as: string, card: Pick<Seen, 'id'>, verb: string, data: unknown): ActivityBody {
    return this.activity(as, {
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: card.id,
      value: { action: { type: 'Action.Execute', verb, data }, trigger: 'manual' },
    });
  }

  /** Sends that invoke. */
  press(as: string, card: Pick<Seen, 'id'>, verb: string, data: unknown) {
    return this.post(this.cardAction(as, card, verb, data));
  }

  private person(name: string) {
    const found = this.teams.people.find(({ displayName }) => displayName === name);
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  }
}
