import { findResultsView } from '../../cards/find-results/data.js';
import type { View } from '../../cards/views.js';
import type { App } from '../app.js';
import { format } from '../grammar/parse.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { Command } from '../handlers.js';

export const find: Command<'find'> = async (app, _present, turn, command) => {
  return [{ view: await findView(app, turn, command.text, command.type, 1) }];
};

/** `find alice`: live, deleted and gone; sorted by name (SPEC F1). */
export async function findView(
  app: App,
  turn: Turn,
  text: string,
  type: 'user' | 'group' | undefined,
  page: number,
): Promise<View> {
  const results = [...(await app.restore.candidates(turn.tenant, type ?? null, text))].sort((a, b) =>
    a.object.name.localeCompare(b.object.name),
  );
  const say = format({ command: 'find', text, ...(type ? { type } : {}) }, turn.timeZone);
  return findResultsView(
    { tenantName: await app.tenantName(), text, ...(type ? { type } : {}), results, page, say },
    viewContext(app, turn),
  );
}
