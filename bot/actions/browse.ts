import { objectId } from '../../services/model/ids.js';
import { changedView } from '../commands/changed.js';
import { compareViewOf, objectNamed } from '../commands/compare.js';
import { findView } from '../commands/find.js';
import { requestsViewOf } from '../commands/request-list.js';
import { showView } from '../commands/show.js';
import type { Act } from '../handlers.js';

/** Arrows and tabs redraw the same card; they change nothing. */
export const showVersion: Act<'show.version'> = async (app, _present, turn, { type, id, seq, tab }) => ({
  replace: {
    view: await showView(app, turn, type, objectId(id), { seq, tab: tab ?? 'properties', page: 1 }),
  },
});

export const showTab: Act<'show.tab'> = async (app, _present, turn, { type, id, seq, tab, page, find }) => ({
  replace: {
    view: await showView(app, turn, type, objectId(id), {
      seq: seq ?? null,
      tab,
      page: page ?? 1,
      find: find ?? '',
    }),
  },
});

export const findPage: Act<'find.page'> = async (app, _present, turn, { text, type, page }) => ({
  replace: { view: await findView(app, turn, text, type, page) },
});

export const changedPage: Act<'changed.page'> = async (app, _present, turn, { from, to, page }) => ({
  replace: { view: await changedView(app, turn, from, to, page) },
});

export const comparePage: Act<'compare.page'> = async (
  app,
  _present,
  turn,
  { type, id, from, to, all, page },
) => ({
  replace: {
    view: await compareViewOf(app, turn, await objectNamed(app, turn, type, id), from, to, all, page),
  },
});

export const requestsPage: Act<'requests.page'> = async (app, _present, turn, { page, all }) => ({
  replace: { view: await requestsViewOf(app, turn, all, page) },
});
