import { createHash, X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfidentialClientApplication, type Configuration } from '@azure/msal-node';
import { ServiceClientCredentialsFactory, type ServiceClientCredentials } from 'botframework-connector';
import { RewindError } from '../../services/model/errors.js';

export interface BotIdentity {
  readonly appId: string;
  readonly tenantId: string;
  readonly secret?: string;
  /** PEM with certificate and private key. */
  readonly certificateFile?: string;
  readonly authorityUrl: string;
}

/**
 * The bot's own tokens for the connector, by our msal-node (botbuilder's types carry an older copy that must not be mixed in).
 * The same in the demo and in production: only authority and credentials differ. See teams/SDK.md, "Authenticated".
 */
export class BotCredentialsFactory extends ServiceClientCredentialsFactory {
  private readonly application: ConfidentialClientApplication | null;

  /** @param identity null = the developer switch INSECURE_LOOPBACK: nothing is checked, nothing is signed */
  constructor(private readonly identity: BotIdentity | null) {
    super();
    this.application = identity && new ConfidentialClientApplication(clientConfiguration(identity));
  }

  override isValidAppId(appId: string): Promise<boolean> {
    return Promise.resolve(this.identity !== null && appId.toLowerCase() === this.identity.appId);
  }

  override isAuthenticationDisabled(): Promise<boolean> {
    return Promise.resolve(this.identity === null);
  }

  override createCredentials(
    _appId: string,
    audience: string | undefined,
  ): Promise<ServiceClientCredentials> {
    const scope = `${audience ?? 'https://api.botframework.com'}/.default`;
    return Promise.resolve({
      signRequest: async (resource) => {
        if (this.application) resource.headers.set('authorization', `Bearer ${await this.token(scope)}`);
        return resource;
      },
    });
  }

  private async token(scope: string): Promise<string> {
    const answer = await this.application!.acquireTokenByClientCredential({ scopes: [scope] }).catch(
      (cause: unknown) => {
        throw new RewindError('GRAPH_AUTH', { reason: 'the bot could not get a token for Teams' }, { cause });
      },
    );
    if (!answer) throw new RewindError('GRAPH_AUTH', { reason: 'the authority gave the bot no token' });
    return answer.accessToken;
  }
}

function clientConfiguration(identity: BotIdentity): Configuration {
  const authority = `${identity.authorityUrl}/${identity.tenantId}`;
  return {
    auth: {
      clientId: identity.appId,
      authority,
      knownAuthorities: [new URL(authority).host],
      ...(identity.certificateFile
        ? { clientCertificate: readCertificate(identity.certificateFile) }
        : { clientSecret: identity.secret! }),
    },
  };
}

/**
 * @param file PEM with the certificate and its private key, in any order
 * @throws CONFIG_INVALID when either is missing or they do not belong together
 */
export function readCertificate(file: string): { thumbprintSha256: string; privateKey: string; x5c: string } {
  const invalid = (reason: string, cause?: unknown) =>
    new RewindError('CONFIG_INVALID', { reason: `certificate file ${file}: ${reason}` }, { cause });
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid('cannot be read', cause);
  }
  const block = (label: string) =>
    new RegExp(`-----BEGIN ${label}-----[\\s\\S]+?-----END ${label}-----`).exec(pem)?.[0];
  const certificate = block('CERTIFICATE');
  const privateKey = block('(?:RSA |EC )?PRIVATE KEY');
  if (!certificate || !privateKey) throw invalid('must hold a certificate and its private key (PEM)');
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.checkPrivateKey(createPrivateKey(privateKey)))
      throw invalid('the private key belongs to another certificate');
    return {
      thumbprintSha256: createHash('sha256').update(parsed.raw).digest('hex'),
      privateKey,
      x5c: certificate,
    };
  } catch (cause) {
    throw cause instanceof RewindError ? cause : invalid('is not valid PEM', cause);
  }
}
