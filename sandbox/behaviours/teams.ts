import { linesOf } from './behaviour.js';
import type { Behaviour } from './behaviour.js';

const teams = linesOf('Teams', 'teams/');

/** What the simulated Teams does for bots and people. */
export const TEAMS: readonly Behaviour[] = [
  teams(
    'Connector REST: post, edit, delete, threads, rosters, new conversations; limits of size and rate; the service URL of each conversation',
    'TEAMS §6, §7',
    'connector',
    'The limits of all bots together are not counted: there is one; codes that the examples do not have (MemberNotFoundInConversation, BadSyntax) and the sizes of a roster’s page are guesses',
  ),
  teams(
    'Signed activities with mentions, installation and team events, time zone and locale, deliveries that come twice',
    'TEAMS §8, §9, §12',
    'talk',
    'Which activities lack localTimezone is a guess: installs, members and names; messages to a bot with resource-specific consent, private and shared channels are not there',
  ),
  teams(
    'Every example of the wire that Teams sends: what comes to the bot has its members',
    'teams/wire-examples.json; TEAMS §3, §4, §6',
    'wire-incoming',
  ),
  teams(
    'Every example of what a bot answers is taken; with another statusCode, value or status it is not',
    'teams/wire-examples.json; TEAMS §3, §4',
    'wire-answers',
  ),
  teams(
    'Every example of what a bot sends is taken; every error of the connector can be met',
    'teams/wire-examples.json; TEAMS §6',
    'wire-connector',
    'Where the older shape of MessageWritesBlocked carries its subCode is read as error.message.subCode',
  ),
  teams(
    'Around the bot: messages that people change, delete and take back, reactions, the bot’s name as two mentions, replies without one',
    'TEAMS §8; event types of botbuilder 4.23',
    'happenings-messages',
  ),
  teams(
    'Around the bot: members who come and go, rosters in pages',
    'TEAMS §3, §7; event types of botbuilder 4.23',
    'happenings-members',
  ),
  teams(
    'Around the bot: renamed teams and channels, a deleted channel, a deleted or blocked chat, upgrades',
    'TEAMS §7, §8, §9; event types of botbuilder 4.23',
    'happenings-chats',
    'A chat that is created again has another id, a bot is not told of a block, and a team keeps one channel beside General: guesses',
  ),
  teams(
    'The channel’s keys: named by the metadata, rotated, a token for each service URL',
    'TEAMS §12',
    'channel-keys',
    'Keys after the first are forgotten at the end',
  ),
  teams(
    'Cards held against Teams’ schema and rules; Action.Execute, Submit and ShowCard, user-specific views with refresh, dialogs, searches',
    'TEAMS §2, §3, §4, §5; schema',
    'cards-in-chat',
    'One version of the client; search-based message extensions, tabs, meetings and files are not there',
  ),
  teams(
    'Every stated limit, one case each: size in UTF-16, rates by conversation, roster and application, six actions, 60 people of a refresh, dialogs, mentions, service URLs, deletion, several people on one card',
    'TEAMS §2, §3, §4, §6, §7, §8',
    'facts',
    'What Teams does with a card that breaks a rule is not documented: it is shown, and counted as a violation; that an edit is refreshed within the minute, too, is a guess',
  ),
  teams(
    'What a message holds, sentence by sentence: fallbackText, masked inputs, pictures, mentions that must match, feed entries, types that are no message',
    'TEAMS §2, §3, §7, §8',
    'facts-messages-each',
    'Content types beyond those of the facts are a guess; pixels of a picture and redirects are not looked at',
  ),
  teams(
    'Cards that are refreshed and pressed, sentence by sentence: manual refresh and one view for each client, two people at once, every type of Action.Submit, why a silent sign-in fails',
    'TEAMS §3, §10.1, §10.2',
    'facts-actions-each',
    'What messageBack carries without a value is a guess',
  ),
  teams(
    'Dialogs and searches, sentence by sentence: answers that open no dialog, sizes, who sees it, typeahead and people picker',
    'TEAMS §4, §5',
    'facts-dialogs-each',
    'That a whole organisation is not searched in a channel is a guess; the domains of a dialog’s address are not compared with a manifest',
  ),
  teams(
    'The connector, sentence by sentence: what counts as a send, requests that it does not know, what opens a thread and what does not',
    'TEAMS §6, §7',
    'facts-connector-each',
  ),
  teams(
    'Signing in to the bot: OAuth cards with silent token exchange, 412 and the pop-up with its six digits, signin/failure, sign-in inside Action.Execute; the token service of the Bot Framework',
    'TEAMS §3, §10.1; botframework-connector 4.23',
    'sign-in',
    'One connection; the pop-up asks for no password; the errors of the token service and the words of signin/failure are a guess; who is signed in is forgotten at the end',
  ),
  teams('botbuilder unmodified talks to it', 'teams/SDK.md', 'botbuilder'),
  teams(
    'botbuilder’s own Teams handler hears every event, its helpers read teams, channels and rosters, its errors carry the code; its judgement of our tokens and keys',
    'teams/SDK.md; botbuilder 4.23',
    'botbuilder-events',
  ),
  teams(
    'The page: chats of several people side by side, light, dark and contrast, narrow and wide, unread counts, dialogs, the tenant beside them',
    'STORY §6',
    'page',
  ),
];
