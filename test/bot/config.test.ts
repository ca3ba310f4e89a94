import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readConfig, SETTINGS } from '../../bot/config.js';
import { RewindError } from '../../services/model/errors.js';

const good = {
  TENANT_ID: '11111111-1111-4111-8111-111111111111',
  CLIENT_ID: '22222222-2222-4222-8222-222222222222',
  CLIENT_SECRET: 'graph-secret-value',
  BOT_APP_ID: '33333333-3333-4333-8333-333333333333',
  BOT_SECRET: 'bot-secret-value',
};

function problems(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof RewindError) return error.userText;
  }
  return '';
}

describe('settings', () => {
  test('the least that the real service needs is a tenant, an application and a bot, each with a credential', () => {
    const config = readConfig(good);
    expect(config.GRAPH_URL).toBe('https://graph.microsoft.com');
    expect(config.BOT_TENANT_ID).toBe(good.TENANT_ID);
    expect(config.production).toBe(false);
  });

  test('[T6] all mistakes come at once, each with an example, and no secret is repeated', () => {
    const text = problems({
      ...good,
      TENANT_ID: 'contoso',
      PORT: 'many',
      TIME_ZONE: 'Europe/Berln',
      MONGODB_URI: 'x',
      BOT_SECRET: '',
      SEALING_KEY: 'short-secret',
      GROUP_OPERATOR: 'Helpdesk',
    });
    for (const part of [
      'TENANT_ID',
      'PORT',
      'TIME_ZONE',
      'BOT_CERTIFICATE_FILE or BOT_SECRET',
      'SEALING_KEY',
      'did you mean GROUP_OPERATORS',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('short-secret');
    expect(text).not.toContain('graph-secret-value');
  });

  test.each([
    ['CLIENT_IDD', 'CLIENT_ID', { CLIENT_ID: '' }],
    ['TENANTID', 'TENANT_ID', { TENANT_ID: '' }],
    ['MONGODB_URL', 'MONGODB_URI', {}],
    ['RETENTON', 'RETENTION', {}],
  ])('[T6] %s is a slip of the pen for %s', (slip, meant, without) => {
    expect(problems({ ...good, ...without, [slip]: 'x' })).toContain(
      `${slip}: is not a setting; did you mean ${meant}?`,
    );
  });

  test.each(['CLIENT_ID_OF_SOMETHING_ELSE', 'MONGODB_VERSION', 'TENANT', 'GRAPH_API_VERSION', 'MONGODB_URL'])(
    '%s may be somebody else’s setting',
    (name) => {
      const whole = { ...good, MONGODB_URI: 'mongodb://db.contoso.example' };
      expect(() => readConfig({ ...whole, [name]: 'x' })).not.toThrow();
    },
  );

  test('without a bot id the service does not start: nobody could be checked', () => {
    expect(problems({ ...good, BOT_APP_ID: '' })).toContain('BOT_APP_ID');
  });

  test.each([
    ['in production', { NODE_ENV: 'production', INSECURE_LOOPBACK: '1' }, 'refused in production'],
    ['off loopback', { HOST: '0.0.0.0', INSECURE_LOOPBACK: '1' }, 'loopback'],
    [
      'the sandbox clock in production',
      { NODE_ENV: 'production', SANDBOX_CONTROL_URL: 'http://127.0.0.1:1' },
      'refused in production',
    ],
  ])('the developer switch is refused %s', (_name, extra, text) => {
    expect(problems({ ...good, ...extra } as Record<string, string>)).toContain(text);
  });

  test('the developer switch works on loopback without a bot', () => {
    expect(
      readConfig({ ...good, BOT_APP_ID: '', BOT_SECRET: '', INSECURE_LOOPBACK: '1' }).INSECURE_LOOPBACK,
    ).toBe(true);
  });

  test('.env.sample names every setting and no other', () => {
    expect(existsSync('.env.sample')).toBe(true);
    const named = [...readFileSync('.env.sample', 'utf8').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(
      (match) => match[1]!,
    );
    expect([...new Set(named)].sort()).toEqual(Object.keys(SETTINGS).sort());
  });
});
