export * from './command.js';
export { parse, format } from './parse.js';
export { parseWhen, formatWhen, isoLocal } from './when.js';
export { explain } from './misses.js';
export { complete, helpEntries, helpEntry, menuEntries } from './help.js';
export { sayRequest } from './say.js';
export { formatObject, specOf } from './table.js';
