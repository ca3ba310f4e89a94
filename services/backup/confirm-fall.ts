import type { ObjectTypeName } from '../model/directory.js';
import type { Reading } from './reading.js';

const TENTH = 0.1;

/**
 * When delta says that more than a tenth of a type is gone, the whole list is read as a second witness: whoever it still shows, and
 * whom a read by id confirms, is put back (SPEC B18). Two agreeing witnesses are believed.
 */
export async function confirmFall(reading: Reading, type: ObjectTypeName): Promise<void> {
  const held = reading.run.previous?.counts[type] ?? 0;
  const now = reading.run.counts()[type] ?? 0;
  if (held - now < 2 || held - now <= held * TENTH) return;
  reading.log.warn({ type, held, now }, 'delta tells of a collapse; reading the list as a second witness');
  for await (const { objects } of reading.reader.listObjects(type)) {
    reading.stillOurs();
    const doubtful = objects.map(({ id }) => id).filter((id) => reading.gone.has(id) || reading.bin.has(id));
    if (doubtful.length === 0) continue;
    const live = await reading.reader.getObjects(type, doubtful);
    await reading.putBack([...live.values()]);
  }
}
