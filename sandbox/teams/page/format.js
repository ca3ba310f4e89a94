/** Dates of the story, in the demo tenant's zone whatever the machine's. */
export const ZONE = 'Europe/Berlin';

const format = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, ...options });
const clockTime = format({ hour: '2-digit', minute: '2-digit' });
const exactTime = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayName = format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const dayShort = format({ weekday: 'short', day: 'numeric', month: 'short' });

export const timeOf = (iso) => clockTime.format(new Date(iso));
export const exactTimeOf = (date) => exactTime.format(date);
export const dayOf = (date) => dayName.format(new Date(date)).replace(/,/g, '');
export const momentOf = (iso) => `${dayShort.format(new Date(iso)).replace(/,/g, '')}, ${timeOf(iso)}`;
