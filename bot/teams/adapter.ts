import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder';
import { AuthenticationConfiguration, type Claim } from 'botframework-connector';
import type { Activity, ConversationReference } from 'botframework-schema';
import { RewindError } from '../../services/model/errors.js';
import { BotCredentialsFactory, type BotIdentity } from './credentials.js';
import { TOO_LATE, within } from './within.js';

/** A send that Teams does not answer in this time counts as not known to be sent (machine time). */
const SEND_TIMEOUT_IN_MS = 15_000;

/**
 * botbuilder's CloudAdapter without its HTTP part: that one prints stack traces and keys of refused tokens to the console and
 * copies error messages into answers (teams/SDK.md, trap 7; FACTS §12).
 */
export class TeamsAdapter extends CloudAdapter {
  constructor(
    private readonly identity: BotIdentity | null,
    openIdUrl: string,
    /** Issuer of the channel's tokens, and audience of ours. */
    private readonly issuer: string,
  ) {
    super(
      new ConfigurationBotFrameworkAuthentication(
        {
          MicrosoftAppType: 'SingleTenant',
          MicrosoftAppId: identity?.appId ?? '',
          MicrosoftAppTenantId: identity?.tenantId ?? '',
          // One of these set makes botbuilder read them all from here; so all are set.
          ToChannelFromBotLoginUrl: identity ? `${identity.authorityUrl}/${identity.tenantId}` : '',
          ToChannelFromBotOAuthScope: issuer,
          ToBotFromChannelTokenIssuer: issuer,
          OAuthUrl: 'https://token.botframework.com',
          ToBotFromChannelOpenIdMetadataUrl: openIdUrl,
          ToBotFromEmulatorOpenIdMetadataUrl: openIdUrl,
          CallerId: 'urn:botframework:azure',
          ValidateAuthority: 'true',
        },
        new BotCredentialsFactory(identity),
        new AuthenticationConfiguration([], (claims) =>
          Promise.resolve(onlyFromTeams(claims, identity, issuer)),
        ),
      ),
    );
    this.onTurnError = (_context, error) => Promise.reject(error);
  }

  /**
   * Checks the token against the activity, then runs `logic`. Throws before `logic` when the token is not good:
   * the caller answers 401 and nothing has run.
   */
  async receive(
    authorization: string,
    activity: Activity,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<void> {
    await this.processActivity(authorization, activity, logic);
  }

  /** Runs `logic` in a stored conversation, with a time limit of our own (the connector client has none). */
  async inConversation<T>(
    reference: Partial<ConversationReference>,
    logic: (context: TurnContext) => Promise<T>,
  ): Promise<T> {
    let answer: T | undefined;
    const work = this.continueConversationAsync(this.identity?.appId ?? '', reference, async (context) => {
      answer = await logic(context);
    });
    await inTime(work);
    return answer as T;
  }

  /** Opens (or finds again) the personal chat with somebody by Entra object id. @returns its conversation id */
  async openPersonal(serviceUrl: string, tenantId: string, objectId: string): Promise<string> {
    let conversationId = '';
    const work = this.createConversationAsync(
      this.identity?.appId ?? '',
      'msteams',
      serviceUrl,
      this.issuer,
      {
        isGroup: false,
        tenantId,
        members: [{ id: objectId, name: '' }],
        bot: { id: `28:${this.identity?.appId ?? ''}`, name: 'Entra Rewind' },
        channelData: { tenant: { id: tenantId } },
      } as never,
      (context) => {
        conversationId = context.activity.conversation.id;
        return Promise.resolve();
      },
    );
    await inTime(work);
    return conversationId;
  }
}

/** Emulator and skill tokens take paths that do not compare serviceUrl: only the channel's own issuer is let in. */
function onlyFromTeams(claims: readonly Claim[], identity: BotIdentity | null, issuer: string): void {
  if (identity === null) return;
  const has = (type: string) => claims.some((claim) => claim.type === type);
  // botbuilder takes a token without an end for one that never ends.
  if (!claims.some((claim) => claim.type === 'iss' && claim.value === issuer) || !has('exp'))
    throw new RewindError('NOT_ALLOWED', { needed: 'a token of the Bot Framework', group: '' });
}

/** @throws INTERNAL when Teams has not answered by then; the message may still be sent */
async function inTime(work: Promise<void>): Promise<void> {
  if ((await within(work, SEND_TIMEOUT_IN_MS)) === TOO_LATE)
    throw new RewindError('INTERNAL', {}, { message: 'Teams did not answer in time' });
}
