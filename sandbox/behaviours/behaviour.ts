export interface Behaviour {
  readonly area: 'Graph' | 'Authority' | 'Teams' | 'Process';
  readonly what: string;
  /** What the real service does that this does not, in words; missing = nothing known. */
  readonly simplified?: string;
  /** FACTS = graph/FACTS.md, TEAMS = teams/FACTS.md, with the section; "schema" = Microsoft's published description. */
  readonly source: string;
  /** Under test/sandbox. */
  readonly test: string;
}

/**
 * One line of an area's table.
 * @param test  name of the file below the area's folder of test/sandbox, without its ending
 */
export type Line = (what: string, source: string, test: string, simplified?: string) => Behaviour;

/** @param folder  below test/sandbox, with a slash at its end */
export const linesOf =
  (area: Behaviour['area'], folder: string): Line =>
  (what, source, test, simplified) => ({
    area,
    what,
    source,
    test: `${folder}${test}.test.ts`,
    ...(simplified === undefined ? {} : { simplified }),
  });
