import { linesOf } from './behaviour.js';
import type { Behaviour } from './behaviour.js';

const ours = linesOf('Process', '');

/** What the sandbox is as a process, whatever is simulated in it. */
export const PROCESS: readonly Behaviour[] = [
  ours(
    'One clock ahead of the machine’s by an offset that only grows; what is due happens when it passes',
    'DESIGN §8',
    'clock',
  ),
  ours('Control over HTTP on loopback, reset, events', 'DESIGN §7', 'control/control'),
  ours(
    'One line of JSON when ready, the same world at the next start, the next free port, a clean end',
    'DESIGN §7',
    'process/process',
  ),
  ours('https with a certificate authority of its own, made at the first start', 'DESIGN §7', 'tls'),
];
