import { pino } from 'pino';
import type { Log } from '../services/model/log.js';

/** Names of fields that are never written, at any depth that we log. */
const SECRET = ['password', 'pass', 'secret', 'token', 'authorization', 'sealed', 'value', 'clientSecret'];

/** JSON lines on standard error, so that standard output stays for people and scripts. */
export function createLog(level: string): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`]), censor: '[not logged]' },
    },
    pino.destination({ fd: 2, sync: true }),
  );
  return {
    debug: (fields, text) => logger.debug(fields, text),
    info: (fields, text) => logger.info(fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    error: (fields, text) => logger.error(fields, text),
  };
}

/** An error as log fields: code, message and stack, never the details of a credential. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    error: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause ? { cause: errorFields(error.cause) } : {}),
  };
}
