import pino from "pino";
import type { LogLevel } from "#config/config.ts";
import { LogOutlet } from "./log-outlet.ts";

export type Log = pino.Logger;

/** JSON lines on standard error, so that standard output stays for what a person asked for. */
export function createLog(level: LogLevel, outlet: LogOutlet = new LogOutlet()): Log {
  const log = createLogOver(outlet.stream, level);
  outlet.onCaughtUp = (lines) => log.warn({ lines }, "lines of this log were lost while nobody read it");
  return log;
}

export function createLogOver(stream: pino.DestinationStream, level: LogLevel): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

/** Adds a line that another thread's log has written. */
export function passOnLine(log: Log, line: string): void {
  const stream = Reflect.get(log, pino.symbols.streamSym) as pino.DestinationStream;
  stream.write(line);
}
