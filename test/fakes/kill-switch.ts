/** What a dead process would look like to code that still runs: every further call fails with it. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Fakes ask this around every effect on the outside world (a stored record, a call that writes to Graph, a queued job). */
export interface Effects {
  around<T>(label: string, effect: () => T): Promise<T>;
  assertAlive(): void;
}

/**
 * Kills the process at the n-th effect, just before or just after it took place. From then on nothing works, until `revive`.
 * With `at` = null it only counts.
 */
export class KillSwitch implements Effects {
  readonly seen: string[] = [];
  private dead = false;
  private at: { readonly index: number; readonly moment: 'before' | 'after' } | null = null;

  arm(index: number, moment: 'before' | 'after'): void {
    this.at = { index, moment };
  }

  /** A new process starts: counts on, kills no more. */
  revive(): void {
    this.dead = false;
    this.at = null;
  }

  get killed(): boolean {
    return this.dead;
  }

  assertAlive(): void {
    if (this.dead) throw new Killed('the process is dead');
  }

  async around<T>(label: string, effect: () => T): Promise<T> {
    this.assertAlive();
    const index = this.seen.push(label) - 1;
    if (this.at?.index === index && this.at.moment === 'before') this.die(label);
    const result = effect();
    if (this.at?.index === index && this.at.moment === 'after') this.die(label);
    await Promise.resolve();
    return result;
  }

  private die(label: string): never {
    this.dead = true;
    throw new Killed(`killed at ${label}`);
  }
}
