/** The wish to end, of whoever runs this process: Ctrl-C, SIGTERM, or the terminal window closed. */
export function endingWish(): AbortSignal {
  const wish = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    // Once: a second Ctrl-C ends the process at once, and what it started notices that.
    process.once(signal, () => wish.abort());
  // A closed terminal or pipe takes no more text; ending in order matters more than saying so.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => wish.abort());
  return wish.signal;
}

/** Resolves when the signal is given, at once when it was. */
export const until = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
