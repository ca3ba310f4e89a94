import { EventEmitter } from 'node:events';

/** Tells whoever watches in this process that a request or hand-off moved. Other instances are noticed by reading again. */
export class Changes {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  announce(subject: string): void {
    this.emitter.emit(subject);
  }

  /** Resolves at the next news of `subject`, after `atMostInMs`, or when the signal aborts. */
  next(subject: string, atMostInMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.emitter.off(subject, end);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, atMostInMs);
      this.emitter.once(subject, end);
      signal?.addEventListener('abort', end, { once: true });
      if (signal?.aborted) end();
    });
  }
}
