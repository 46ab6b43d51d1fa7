// A connected database and what differs between the engines. Called by the files of this folder only.
// Engine-only SQL stays behind `Engine`; everything else in this folder is SQL that both understand.

import type { ErrorCode } from "@ghostllm/contract";
import { GhostError } from "@ghostllm/contract";
import type { Dialect, Kysely, RawBuilder } from "kysely";
import type { Authorship } from "#control/store/audit/authorship.ts";
import type { Drained } from "./drained.ts";
import type { News } from "./engines/postgres-news.ts";
import type { Partitions } from "./engines/partitions.ts";
import type { Patience } from "./patience.ts";
import type { Tables } from "./tables.ts";
import type { Units } from "./units/units.ts";

/** A failure that the caller's values are to blame for; every other one is the database's. */
export type Fault =
  | { readonly kind: "unique"; readonly column: string }
  | { readonly kind: "reference" }
  | { readonly kind: "value"; readonly reason: string };

export interface Marks {
  /** An expression: where a reader is. A text that begins with the smallest mark that he may not have seen. */
  readonly position: string;
  /** An expression: whatever has a smaller mark can be seen by now. */
  readonly settled: string;
  isNew(position: string): RawBuilder<unknown>;
}

/** Runs within the transaction that is open. `changes`: how many rows were changed; null where it answers rows. */
export type PreparedStatement = (parameters: readonly unknown[]) => {
  readonly rows: readonly unknown[];
  readonly changes: number | null;
};

export interface Engine {
  readonly name: "sqlite" | "postgres";
  readonly dialect: Dialect;
  /** A separate connection for migrations, which may outlast the time allowed to other statements; null: not needed. */
  readonly migrationDialect: Dialect | null;
  /** Answers `bytes`: how large the database is; null where nobody asks. */
  readonly sizeQuery: string | null;
  /** A copy to read from, and to look how it is; null: there is none. */
  readonly replica: { readonly dialect: Dialect; readonly watchDialect: Dialect } | null;
  /** From other servers on this database; null: there are none. */
  readonly news: News | null;
  /** Of usage_logs; null: it is one table. */
  readonly partitions: Partitions | null;
  /** An expression: the time in epoch ms, by the one clock that all who use the database share. */
  readonly time: string;
  /** How readers of `snapshot_changes` know what is new to them. */
  readonly marks: Marks;
  /** Text of the parameter at this place, counted from 1. */
  parameter(position: number): string;
  /**
   * Where the connection is in this thread: a statement that is run for one row after the other. Null: a statement is dear to send, and
   * has many rows.
   */
  readonly prepare: ((text: string) => PreparedStatement) | null;
  /** Until the end of the transaction, no other process migrates. */
  lockMigrations(transaction: Kysely<Tables>): Promise<void>;
  /** Until the end of the transaction, nobody else adds usage. */
  lockUsage(transaction: Kysely<Tables>): Promise<void>;
  /** Until the end of the transaction, nobody else changes who may change users. Taken before every other lock. */
  lockGoverning(transaction: Kysely<Tables>): Promise<void>;
  /** Until the end of the transaction, nobody else gives an alias a name. */
  lockAliasNames(transaction: Kysely<Tables>): Promise<void>;
  explain(error: unknown): Fault | null;
  /** Where it works in a thread of its own, lines of the journal are read and stored there; null: where this is called. */
  readonly drain: ((lines: Buffer<ArrayBuffer>) => Promise<Drained>) | null;
  /** Takes what was overwritten or deleted out of its files as well; null: whoever runs the database sees to that. */
  readonly forgetOverwritten: ((kysely: Kysely<Tables>) => Promise<void>) | null;
  /** Counts of what is in its tables, by which it plans, where they are too old; null: it sees to that itself. */
  readonly refreshCounts: ((kysely: Kysely<Tables>) => Promise<void>) | null;
  /** Is the database away, locked, full or too slow? Otherwise we are at fault. */
  isUnavailable(error: unknown): boolean;
  /** Does another process write at the moment? Nothing was done: who can wait tries again. */
  isHeld(error: unknown): boolean;
  /** Does it take no connections, from whomever? Silence and broken connections show nothing of the kind. */
  isDown(error: unknown): boolean;
}

export interface Database {
  readonly engine: Engine;
  readonly kysely: Kysely<Tables>;
  readonly patience: Patience;
  /** Whose the changes are. */
  readonly authorship: Authorship;
  /** What is changed as one. */
  readonly units: Units;
  /** For reports and lists, which a replica may answer: twice, where it fails. */
  readonly read: <Result>(run: (kysely: Kysely<Tables>) => Promise<Result>) => Promise<Result>;
  /** Epoch ms. */
  readonly now: () => number;
  /** Single requests are forgotten after so many days; null: never. */
  readonly usageDays: number | null;
  /** Texts of requests are forgotten after so many days; 0: none are stored. */
  readonly promptDays: number;
}

/** What a table's objects are called, and what they belong to, in messages to callers. */
export interface Naming {
  readonly object: string;
  readonly parent?: { readonly object: string; readonly column: string };
}

/** Runs a change and turns a fault of the caller's values into a GhostError that names the column. */
export async function change<Result>(
  { engine }: Database,
  naming: Naming,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const fault = engine.explain(error);
    throw fault === null ? error : describeFault(fault, naming, error);
  }
}

function describeFault(fault: Fault, { object, parent }: Naming, cause: unknown): GhostError {
  const build = (code: ErrorCode, message: string, param?: string): GhostError =>
    new GhostError(code, message, param === undefined ? { cause } : { cause, param });
  if (fault.kind === "unique") {
    return build("conflict", `There is already a ${object} with this ${fault.column}.`, fault.column);
  }
  if (fault.kind === "reference" && parent !== undefined) {
    return build("invalid_request_error", `There is no ${parent.object} with this ${parent.column}.`, parent.column);
  }
  const reason = fault.kind === "value" ? fault.reason : "it refers to something that does not exist";
  return build("invalid_request_error", `The ${object} cannot be stored: ${reason}.`);
}
