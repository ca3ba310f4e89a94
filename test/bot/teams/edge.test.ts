import { describe, expect, test } from '@jest/globals';
import { commandText, incomingActivity } from '../../../bot/teams/activity.js';
import { isAllowedServiceUrl } from '../../../bot/service-hosts.js';

const activity = (rest: Record<string, unknown>) =>
  incomingActivity.parse({
    type: 'message',
    channelId: 'msteams',
    serviceUrl: 'https://smba.trafficmanager.net/emea/',
    from: { id: '29:x', aadObjectId: '22222222-2222-4222-8222-222222222222' },
    recipient: { id: '28:bot' },
    conversation: {
      id: 'a:1',
      conversationType: 'personal',
      tenantId: '11111111-1111-4111-8111-111111111111',
    },
    ...rest,
  });
const mention = (text: string, id = '28:bot') => ({ type: 'mention', text, mentioned: { id, name: 'x' } });

describe('the command in a message', () => {
  test.each([
    ['plain', { text: ' restore  user alice ' }, 'restore user alice'],
    [
      'one mention',
      { text: '<at>Entra Rewind</at> status', entities: [mention('<at>Entra Rewind</at>')] },
      'status',
    ],
    [
      'a name in two mentions',
      {
        text: '<at>Entra</at>&nbsp;<at>Rewind</at> help',
        entities: [mention('<at>Entra</at>'), mention('<at>Rewind</at>')],
      },
      'help',
    ],
    [
      "somebody else's mention stays",
      { text: 'show <at>Tom</at>', entities: [mention('<at>Tom</at>', '29:tom')] },
      'show <at>Tom</at>',
    ],
    ['no text at all', { entities: [mention('<at>Entra Rewind</at>')] }, ''],
    ['encoded characters', { text: 'find o&amp;m&nbsp;team' }, 'find o&m team'],
  ])('%s', (_name, rest, text) => {
    expect(commandText(activity(rest))).toBe(text);
  });
});

describe('serviceUrl is believed only for the hosts of the settings', () => {
  const allowed = 'smba.trafficmanager.net,*.teams.microsoft.com,127.0.0.1:4600';
  test.each([
    ['https://smba.trafficmanager.net/emea/', true],
    ['https://emea.ng.msg.teams.microsoft.com/x', true],
    ['http://127.0.0.1:4600/emea/', true],
    ['http://smba.trafficmanager.net/emea/', false],
    ['https://smba.trafficmanager.net.evil.example/', false],
    ['https://evil.example/smba.trafficmanager.net', false],
    ['https://teams.microsoft.com/', false],
    ['https://xteams.microsoft.com/', false],
    ['https://user:pw@smba.trafficmanager.net/', false],
    ['https://smba.trafficmanager.net:8443/', false],
    ['http://127.0.0.1:4601/', false],
    ['not a url', false],
  ])('%s → %s', (url, expected) => {
    expect(isAllowedServiceUrl(url, allowed)).toBe(expected);
  });
});
