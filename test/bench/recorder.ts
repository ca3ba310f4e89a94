/** Records what goes over `fetch`, so that the same requests can be sent again with nothing done to the answers. */
interface Recorded {
  readonly url: string;
  readonly init: RequestInit;
  readonly begun: number;
  ended: number;
  bytes: number;
}

export class Recorder {
  private readonly original: typeof fetch;
  private recording: Recorded[] | null = null;

  /** Takes the place of the global fetch; start before the adapter is made. */
  constructor() {
    this.original = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const entry: Recorded = {
        url: String(input),
        init: { ...init, signal: null },
        begun: performance.now(),
        ended: Infinity,
        bytes: 0,
      };
      this.recording?.push(entry);
      const answer = await this.original(input, init);
      entry.ended = performance.now();
      return answer;
    };
  }

  async record<T>(
    work: () => Promise<T>,
    only: (url: string) => boolean,
  ): Promise<{ result: T; requests: Recorded[] }> {
    this.recording = [];
    try {
      const result = await work();
      return { result, requests: this.recording.filter(({ url }) => only(url)) };
    } finally {
      this.recording = null;
    }
  }

  /**
   * Sends recorded requests again, each as soon as those have ended that had ended before it began: the same dependence, the same
   * concurrency, without our work in between.
   * @returns how long it took, and the bytes of all answers
   */
  async replay(requests: readonly Recorded[]): Promise<{ inMs: number; bytes: number }> {
    const begin = performance.now();
    const running: { readonly ended: number; readonly done: Promise<number> }[] = [];
    let bytes = 0;
    for (const request of [...requests].sort((a, b) => a.begun - b.begun)) {
      await Promise.all(running.filter(({ ended }) => ended <= request.begun).map(({ done }) => done));
      const done = this.original(request.url, request.init).then(async (answer) => {
        const { byteLength } = await answer.arrayBuffer();
        bytes += byteLength;
        return byteLength;
      });
      running.push({ ended: request.ended, done });
    }
    await Promise.all(running.map(({ done }) => done));
    return { inMs: performance.now() - begin, bytes };
  }
}
