import { isLoopback } from './config.js';

/**
 * Whether Teams may really live there: a forged serviceUrl would collect the bot's tokens (teams/FACTS.md §12).
 * @param allowed comma-separated `host` or `host:port`; `*.` stands for one label and more
 */
export function isAllowedServiceUrl(serviceUrl: string, allowed: string): boolean {
  let url: URL;
  try {
    url = new URL(serviceUrl);
  } catch {
    return false;
  }
  if (url.username || url.password) return false;
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) return false;
  return allowed
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => {
      const host = entry.includes(':') ? url.host : url.port === '' ? url.hostname : url.host;
      return entry.startsWith('*.')
        ? host.endsWith(entry.slice(1)) && host.length > entry.length - 1
        : host === entry;
    });
}
