// What SQLite's errors mean, on both sides of its thread.

import type { Fault } from "#control/store/database.ts";

export class SqliteFault extends Error {
  override readonly name = "SqliteFault";
  /** SQLite's extended result code, such as `SQLITE_CONSTRAINT_UNIQUE`; empty when the fault is not SQLite's. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const valueFaults = ["SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE"];

export function explain(error: unknown): Fault | null {
  if (error instanceof RangeError) return { kind: "value", reason: error.message };
  if (!(error instanceof SqliteFault)) return null;
  const { code, message } = error;
  if (code === "SQLITE_CONSTRAINT_UNIQUE") return { kind: "unique", column: lastColumn(message) };
  if (code === "SQLITE_CONSTRAINT_FOREIGNKEY") return { kind: "reference" };
  return valueFaults.some((fault) => code.startsWith(fault)) ? { kind: "value", reason: message } : null;
}

const passingFaults = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|NOMEM|PROTOCOL|INTERRUPT)/;

export function isPassing(error: unknown): boolean {
  return error instanceof SqliteFault && passingFaults.test(error.code);
}

/** Another process writes, or has locked the file. */
export function isHeld(error: unknown): boolean {
  return error instanceof SqliteFault && error.code.startsWith("SQLITE_BUSY");
}

/** `UNIQUE constraint failed: models.provider_id, models.name` -> `name` */
function lastColumn(message: string): string {
  return message.slice(message.lastIndexOf(".") + 1);
}
