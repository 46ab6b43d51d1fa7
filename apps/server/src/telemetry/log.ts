import pino from "pino";
import type { LogLevel } from "#config/config.ts";

export type Log = pino.Logger;

/** JSON lines on standard error, so that standard output stays for what a person asked for. */
export function createLog(level: LogLevel): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: false }),
  );
}
