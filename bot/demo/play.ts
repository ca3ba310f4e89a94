import { ChatScript, type SeenActivity } from './chat-script.js';
import type { Stage } from './stage.js';

/**
 * The headline story, played through the simulated Teams over HTTP: Hanna asks, Arun approves, Alice is back, Hanna undoes it.
 * @throws INTERNAL at the first step that does not come
 */
export async function playStory(stage: Stage, print: (line: string) => void): Promise<void> {
  const chat = new ChatScript(stage.sandbox.control);
  const show = (who: string, card: SeenActivity) => {
    print(`\n  ${who} sees`);
    for (const line of (card.cardText ?? card.text ?? '').split('\n')) print(`  │ ${line}`);
  };
  const act = (who: string, what: string) => print(`\n▸ ${who} ${what}`);

  const sentence = 'restore user alice from yesterday with memberships';
  act('Hanna Berg (helpdesk)', `types: ${sentence}`);
  await chat.say('Hanna Berg', sentence);
  const which = await chat.see('Hanna Berg', 'Which alice', 'Alice Moreau');
  show('Hanna', which);

  act('Hanna', 'chooses Alice Moreau and clicks Go on');
  await chat.click('Hanna Berg', 'Which alice', 'Go on', {
    choice: await chat.choiceOf(which, 'Alice Moreau'),
  });
  show('Hanna', await chat.see('Hanna Berg', 'Restore user', 'Alice Moreau', 'snapshot 14'));

  act('Hanna', 'gives the reason and clicks Preview');
  await chat.click('Hanna Berg', 'Restore user', 'Preview', {
    reason: 'INC-20417, locked out before the closing',
  });
  show('Hanna', await chat.see('Hanna Berg', 'Preview', 'This gives', 'Finance all', 'Sales list'));

  act('Hanna', 'clicks Ask for approval');
  await chat.click('Hanna Berg', 'Preview', 'Ask for approval');
  show('Hanna', await chat.see('Hanna Berg', 'waiting for approval'));
  show('Arun', await chat.see('Arun Patel', 'Hanna Berg asks to restore', 'This gives'));

  act('Arun Patel (approver)', 'clicks Approve');
  await chat.click('Arun Patel', 'asks to restore', 'Approve');
  show('Hanna', await chat.see('Hanna Berg', 'Alice Moreau is back'));

  act('Hanna', 'clicks Undo');
  await chat.click('Hanna Berg', 'Alice Moreau is back', 'Undo');
  show('Hanna', await chat.see('Hanna Berg', 'undo of request'));
  print(
    '\nThe story holds: asked, previewed, approved by somebody else, applied, read back; the undo waits as a preview of its own.',
  );
}
