/** One request on its way: where it goes, who sends it, what it is called in the answer. */
export interface Envelope {
  readonly method: string;
  readonly path: string;
  readonly search: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly ids: { readonly requestId: string; readonly clientRequestId: string };
  readonly client: string;
}
