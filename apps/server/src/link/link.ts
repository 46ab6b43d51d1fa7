// What passes between the planes, and between the processes of a server: limits and money, who owns what vendors keep, what
// clients drop, how the parts are. Each part has a file of its own beside this one, and a folder holds each way to keep them.
// Invariant: a part holds plain data, with no closure and no secret in clear, and may answer later: whoever asks awaits
// promises alone, so that what is at hand costs the hot path no turn of the event loop.

import type { Askers } from "./askers.ts";
import type { Cache } from "./cache.ts";
import type { Counters } from "./counters.ts";
import type { Health } from "./health.ts";
import type { Meanings } from "./meanings.ts";
import type { Owners } from "./owners.ts";
import type { PendingAnswers } from "./pending-answers.ts";
import type { Signals } from "./signals.ts";
import type { Streams } from "./streams.ts";
import type { Turns } from "./turns.ts";

export interface Link {
  /** Rate windows, reservations, running requests, spent budgets. */
  readonly counters: Counters;
  /** Of what vendors keep under ids. */
  readonly owners: Owners;
  /** What vendors sealed, for clients that drop it. */
  readonly turns: Turns;
  /** Answers, for requests that come again. */
  readonly cache: Cache;
  /** What they were asked by, for requests that mean the same. */
  readonly meanings: Meanings;
  /** Of those requests that others wait for. */
  readonly askers: Askers;
  /** What was told of answers, for clients that come back. */
  readonly streams: Streams;
  /** What vendors work on in the background. */
  readonly pendingAnswers: PendingAnswers;
  /** Of the parts that the server depends on. */
  readonly health: Health;
  /** What changed in one process, for all of them. */
  readonly signals: Signals;
}
