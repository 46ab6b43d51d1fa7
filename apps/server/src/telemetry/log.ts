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
  const write = (line: string): void => stream.write(harmless(line));
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** JSON leaves them as they are: by these a terminal takes orders, breaks a line, or shows text in another order than it has. */
const steering = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function harmless(line: string): string {
  return line.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Adds a line that another thread's log has written. */
export function passOnLine(log: Log, line: string): void {
  const stream = Reflect.get(log, pino.symbols.streamSym) as pino.DestinationStream;
  stream.write(line);
}

/** All lines of the log, also those of its children, are told to another as well. */
export function alsoTell(log: Log, tell: (line: string) => void): void {
  const stream = Reflect.get(log, pino.symbols.streamSym) as pino.DestinationStream;
  const write = (line: string): void => {
    stream.write(line);
    tell(line);
  };
  Reflect.set(log, pino.symbols.streamSym, { write });
}
