import { isThrottled } from './port.js';

/**
 * One after the other; what fails does not keep the rest from being told: somebody may block the app.
 * @throws in the end what it failed with, where Teams only put it off, else the first
 */
export async function inTurns<T>(items: readonly T[], tell: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items)
    await tell(item).catch((error: unknown) => {
      failures.push(error);
    });
  if (failures.length === 0) return;
  throw failures.find(isThrottled) ?? failures[0];
}
