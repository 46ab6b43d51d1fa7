// How long requests wait, as an alias and a key have it.

import type { Command } from "commander";
import { toMs } from "#arguments.ts";

export interface TimeoutOptions {
  readonly connectTimeout?: number;
  readonly firstTokenTimeout?: number;
  readonly idleTimeout?: number;
  readonly totalTimeout?: number;
}

export function withTimeouts(command: Command): Command {
  return command
    .option("--connect-timeout <ms>", "until there is a connection; 0 for the server's alone", toMs)
    .option("--first-token-timeout <ms>", "until the first word; 0 for the server's alone", toMs)
    .option("--idle-timeout <ms>", "the longest silence within an answer; 0 for the server's alone", toMs)
    .option("--total-timeout <ms>", "of the whole request; 0 for the server's alone", toMs);
}

/** Those that were given. */
export function timeoutsOf(options: TimeoutOptions) {
  const { connectTimeout, firstTokenTimeout, idleTimeout, totalTimeout } = options;
  return {
    ...(connectTimeout !== undefined && { connect_ms: connectTimeout || null }),
    ...(firstTokenTimeout !== undefined && { first_token_ms: firstTokenTimeout || null }),
    ...(idleTimeout !== undefined && { idle_ms: idleTimeout || null }),
    ...(totalTimeout !== undefined && { total_ms: totalTimeout || null }),
  };
}
