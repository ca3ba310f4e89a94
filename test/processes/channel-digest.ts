/** A card of the channel about the complete snapshots of a day: one, edited in place as more of them come. */
export interface Digest {
  /** Number of the newest one. */
  readonly newest: number;
  /** How many it tells of. */
  readonly snapshots: number;
}

/** @param texts  of all that stands in the channel, oldest first */
export const digestsIn = (texts: readonly string[]): readonly Digest[] =>
  texts.flatMap((text) => {
    const newest = /^◉ [^\n]*snapshot (\d+) complete/.exec(text)?.[1];
    if (newest === undefined) return [];
    const snapshots = / · (\d+) snapshots on /.exec(text)?.[1] ?? 1;
    return [{ newest: Number(newest), snapshots: Number(snapshots) }];
  });

/** Told twice it would count too many, lost too few. */
export const toldIn = (digests: readonly Digest[]): number =>
  digests.reduce((sum, { snapshots }) => sum + snapshots, 0);

/** News whose post was cut short: the digest tells them, since nobody knows whether they stand. */
export const carriedIn = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) =>
    text.split('\n').filter((line) => line.includes('May not have reached this channel')),
  );
