import { requestsView } from '../../cards/requests/data.js';
import type { View } from '../../cards/views.js';
import type { RequestState } from '../../services/model/restore.js';
import type { App } from '../app.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { Command } from '../handlers.js';

/** One answer's worth of requests, newest first: more pages than anybody turns. */
const MOST_LISTED = 500;

const LIVE_STATES: readonly RequestState[] = ['asks', 'waiting', 'running', 'lapsed'];

export const requests: Command<'requests'> = async (app, _present, turn) => {
  return [{ view: await requestsViewOf(app, turn, false, 1) }];
};

export async function requestsViewOf(app: App, turn: Turn, all: boolean, page: number): Promise<View> {
  const found = await app.restore.list(
    turn.tenant,
    all ? { limit: MOST_LISTED } : { states: LIVE_STATES, limit: MOST_LISTED },
  );
  // A preview that nobody has asked for yet waits for its asker alone.
  const requests = all
    ? found
    : found.filter(({ state, requester }) => state !== 'asks' || requester.objectId === turn.person.objectId);
  return requestsView(
    { tenantName: await app.tenantName(), requests, all, page, say: 'requests' },
    viewContext(app, turn),
  );
}
