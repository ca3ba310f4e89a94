import type { ViewContext } from '../cards/frame.js';
import type { App } from './app.js';
import type { Turn } from './turn.js';

/** Words for properties, from the catalogue. */
const propertyLabel = (app: App) => (type: string, property: string) =>
  app.catalog.find(type)?.properties[property]?.label ?? property;

/** What a view needs to know of the person who looks. */
export const viewContext = (app: App, turn: Turn): ViewContext => ({
  timeZone: turn.timeZone,
  ...(turn.locale ? { locale: turn.locale } : {}),
  now: app.clock.now(),
  viewer: turn.person,
  place: turn.place,
  propertyLabel: propertyLabel(app),
});

/** The same for a card that is drawn behind somebody's back: their zone as last told, or the tenant's. */
export async function viewContextOf(app: App, audience: string): Promise<ViewContext> {
  const conversation = await app.conversations.ofPerson({
    tenant: app.tenant,
    objectId: audience as never,
    name: '',
  });
  const timeZone = conversation?.timeZone ?? app.config.TIME_ZONE;
  return {
    timeZone,
    ...(conversation?.locale ? { locale: conversation.locale } : {}),
    now: app.clock.now(),
    viewer: { tenant: app.tenant, objectId: audience as never, name: conversation?.person?.name ?? '' },
    place: 'personal',
    propertyLabel: propertyLabel(app),
  };
}

/** For a channel: the tenant's zone, nobody in particular. */
export const channelContext = (app: App): ViewContext => ({
  timeZone: app.config.TIME_ZONE,
  now: app.clock.now(),
  place: 'channel',
  propertyLabel: propertyLabel(app),
});
