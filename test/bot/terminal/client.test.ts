import { describe, expect, test } from '@jest/globals';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { looksOf, sayToService, terminalScreen } from '../../../bot/terminal/client.js';
import { errorLines, startErrorLines } from '../../../bot/terminal/error-lines.js';
import { fromClient } from '../../../bot/terminal/protocol.js';
import { RewindError } from '../../../services/model/errors.js';

const colours = () => true;

describe('width and colours follow the terminal', () => {
  test.each([
    ['a pipe', {}, { width: 80, colour: false }],
    ['a terminal', { isTTY: true, columns: 72, hasColors: colours }, { width: 72, colour: true }],
    [
      'one that shows none',
      { isTTY: true, columns: 72, hasColors: () => false },
      { width: 72, colour: false },
    ],
    [
      'one that does not know its size',
      { isTTY: true, columns: 0, hasColors: colours },
      { width: 80, colour: true },
    ],
    ['a sliver', { isTTY: true, columns: 3, hasColors: colours }, { width: 20, colour: true }],
    ['a wall', { isTTY: true, columns: 900, hasColors: colours }, { width: 400, colour: true }],
  ])('%s', (_name, out, looks) => {
    expect(looksOf(out)).toEqual(looks);
    // Whatever it is, the service takes it.
    const said = {
      type: 'say',
      text: 'help',
      interactive: true,
      json: false,
      yes: false,
      wait: true,
      ...looks,
    };
    expect(fromClient.parse(JSON.parse(JSON.stringify(said)))).toEqual(said);
  });
});

describe('a question at the prompt', () => {
  const terminal = () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const lines = createInterface({ input, output });
    return { input, lines, screen: terminalScreen(lines) };
  };

  test('is answered by a line', async () => {
    const { input, lines, screen } = terminal();
    const answer = screen.ask('Why? ', false);
    input.write('INC-1\n');
    expect(await answer).toBe('INC-1');
    lines.close();
  });

  test('is left by Ctrl-C without a further key, and by the end of the input; later ones are not asked', async () => {
    const { lines, screen } = terminal();
    const leave = new AbortController();
    const left = screen.ask('[1-3] ', false, leave.signal);
    leave.abort();
    expect(await left).toBeNull();
    expect(await screen.ask('[1-3] ', false, leave.signal)).toBeNull();
    const ended = screen.ask('[1-3] ', false);
    lines.close();
    expect(await ended).toBeNull();
    expect(await screen.ask('[1-3] ', false)).toBeNull();
  });
});

test('a sentence that is too long is refused before it is sent', async () => {
  const { screen } = { screen: terminalScreen(null) };
  const options = { interactive: false, json: false, yes: false, wait: true, width: 80, colour: false };
  await expect(sayToService('/nowhere', 'x'.repeat(2001), options, screen)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});

describe('[C5] an error where no card is', () => {
  test('code, what, what not, what next', () => {
    expect(errorLines(new RewindError('PART_ENDED', { name: 'The service' }))).toBe(
      'PART_ENDED · The service ended unexpectedly.\nNothing that was kept is lost. Start again to go on with the same data. If it stays, LOG_LEVEL=debug npm start tells more.',
    );
  });

  test('of a start that nobody foresaw: the reason and no stack; a busy port says what to do', () => {
    expect(startErrorLines(new Error('EACCES: permission denied'), 'the demo')).toMatch(
      /^START_FAILED · Could not start the demo: EACCES: permission denied\.\nNothing was served; .*Start again/,
    );
    const busy = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    expect(startErrorLines(busy, 'the service')).toContain('another PORT');
  });
});
