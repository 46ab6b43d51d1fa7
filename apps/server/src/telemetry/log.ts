import pino from "pino";
import type { LogLevel } from "#config/config.ts";
import { LogOutlet } from "./log-outlet.ts";

export type Log = pino.Logger;

/** JSON lines on standard error, so that standard output stays for what a person asked for. */
export function createLog(level: LogLevel, outlet: LogOutlet = new LogOutlet()): Log {
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, outlet.stream);
  outlet.onCaughtUp = (lines) => log.warn({ lines }, "lines of this log were lost while nobody read it");
  return log;
}
