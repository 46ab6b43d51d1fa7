// What happens to requests and to their records, as one function per event: metrics and log lines of it follow from these
// alone. What a part of the server tells of its own start and upkeep it logs where it is.
// Called by both planes. Invariant: no event carries a prompt, an answer or a secret.

import type { ErrorCode, PrivacyCount } from "@ghostllm/contract";
import type { UsageRecord } from "#domain/usage-record.ts";
import { describeFault } from "./fault.ts";
import type { Log } from "./log.ts";
import type { RequestLines } from "./lines/request-lines.ts";
import type { Metrics } from "./metrics.ts";

export interface AnsweredError {
  readonly requestId: string;
  /** By which the client's own logs know the request, where it said so. */
  readonly traceId?: string;
  readonly clientRequestId?: string;
  /** By which the client was known; null where it was not. */
  readonly keyId?: string | null;
  /** Of a key that was refused; no log has it. */
  readonly refusedKeyHash?: string | null;
  /** Of the client. */
  readonly address?: string | null;
  readonly path: string;
  readonly code: ErrorCode;
  readonly status: number;
}

export interface FailedAttempt {
  readonly requestId: string;
  readonly provider: string;
  readonly model: string;
  /** HTTP status, or the kind of failure where there was no answer. */
  readonly reason: string;
  /** In our words: a vendor's own may quote the prompt. */
  readonly message: string;
}

/** A request has waited for a target with room. */
export interface Waited {
  readonly alias: string;
  /** It was let in; its time was over; it has ended; others took its place; it was not let in to wait. */
  readonly outcome: "served" | "late" | "gone" | "displaced" | "refused";
  readonly ms: number;
}

/** A request has waited since as many were running as may be. */
export interface WaitedForPlace {
  /** Of what there were too many. */
  readonly scope: string;
  readonly outcome: Waited["outcome"];
  readonly ms: number;
}

/** A target was slow to begin, and its alias has a second one asked beside it. */
export interface Hedged {
  readonly alias: string;
  /** The second one answered, the first one did, neither, or the request ended before; or no second one was asked, and why. */
  readonly outcome: "won" | "lost" | "failed" | "gone" | NotHedged;
}

export interface Continued {
  readonly alias: string;
  readonly outcome: string;
}

/** None that is ready, no room at one, no room for its cost, or the share of the alias is used up. */
export type NotHedged = "no_target" | "no_room" | "no_budget" | "no_share";

/** A share of an alias's requests is asked of a second target as well. */
export interface Shadowed {
  readonly alias: string;
  /** What came of one that was asked, or why none was. */
  readonly outcome: "ok" | "failed" | "aborted" | "no_room" | NotShadowed;
}

/**
 * Its vendor would keep it, it is a count, it is too large, so many go on already, nobody has the name, the caller may not be led there, the
 * target cannot do it, or rests.
 */
export type NotShadowed = "stored" | "operation" | "size" | "busy" | "unknown" | "forbidden" | "unfit" | "resting";

export interface Events {
  requestStarted(): void;
  requestEnded(): void;
  /** Answered with an error of the catalogue, whether or not a vendor had been asked. */
  errorAnswered(error: AnsweredError): void;
  /** A request that reached a vendor is settled. `overheadMs`: the part of its latency that was ours. */
  requestFinished(record: UsageRecord, overheadMs: number): void;
  attemptFailed(attempt: FailedAttempt): void;
  waited(waited: Waited): void;
  waitedForPlace(waited: WaitedForPlace): void;
  hedged(hedged: Hedged): void;
  continued(continued: Continued): void;
  shadowed(shadowed: Shadowed): void;
  /** By a privacy policy, in one request. */
  personalDataFound(found: readonly PrivacyCount[]): void;
  /** A guardrail has found something, or could not be held against a request or its answer. */
  guardrailActed(name: string, stage: "input" | "output", outcome: string): void;
  /** Texts of requests that are to be stored: there was no room for one, they are, or they will never be. */
  contentDropped(): void;
  contentsStored(count: number): void;
  contentsLost(count: number, error: unknown): void;
  internalError(where: string, error: unknown): void;
  /** `accept`: the system had no descriptor for it. */
  connectionRefused(reason: "total" | "address" | "accept"): void;
  /** A client took nothing of its answer for too long, and its connection was closed. */
  answerUnread(): void;
  snapshotSwapped(version: number): void;
  recordsDrained(count: number): void;
  drainFailed(error: unknown): void;
  recordRejected(id: string, reason: string): void;
  /** Of what is told to the outside: `sink` is a broker, or the webhooks. */
  eventsTold(sink: string, count: number): void;
  eventsNotTold(sink: string): void;
  eventsMissed(sink: string, count: number): void;
}

export interface EventsParts {
  readonly metrics: Metrics;
  readonly log: Log;
  /** Null: no request has a line. */
  readonly lines?: RequestLines | null;
}

export function createEvents({ metrics, log, lines = null }: EventsParts): Events {
  return {
    requestStarted: () => metrics.running.inc(),
    requestEnded: () => metrics.running.dec(),
    errorAnswered({ refusedKeyHash: _hash, ...error }) {
      metrics.errors.labels(error.code).inc();
      log.debug(error, "error answered");
      lines?.errorAnswered(error);
    },
    requestFinished(record, overheadMs) {
      countRequest(metrics, record, overheadMs);
      log.debug({ record }, "request finished");
      lines?.requestFinished(record);
    },
    ...aboutTargets(metrics),
    attemptFailed(attempt) {
      metrics.attemptFailed(attempt.provider, attempt.reason);
      log.warn(attempt, "attempt failed");
    },
    personalDataFound(found) {
      for (const { class: one, action, count } of found) metrics.personalData.labels(one, action).inc(count);
    },
    guardrailActed: (name, stage, outcome) => metrics.guardrails.labels(name, stage, outcome).inc(),
    contentDropped: () => metrics.storedContents.labels("dropped").inc(),
    contentsStored: (count) => metrics.storedContents.labels("stored").inc(count),
    contentsLost(count, error) {
      metrics.storedContents.labels("lost").inc(count);
      log.error({ fault: describeFault(error), count }, "texts of requests could not be stored, and are lost");
    },
    internalError: (where, error) => log.error({ fault: describeFault(error), where }, "internal error"),
    connectionRefused: (reason) => metrics.connectionsRefused.labels(reason).inc(),
    answerUnread: () => metrics.answersUnread.inc(),
    snapshotSwapped: (version) => metrics.snapshotVersion.set(version),
    recordsDrained: (count) => metrics.recordsDrained.inc(count),
    drainFailed(error) {
      metrics.drainFailures.inc();
      log.error({ err: error }, "usage records could not be stored; they stay in the journal");
    },
    recordRejected(id, reason) {
      metrics.recordsRejected.inc();
      log.error({ recordId: id, reason }, "a usage record cannot be stored and was set aside");
    },
    eventsTold: (sink, count) => metrics.eventsTold.labels(sink).inc(count),
    eventsNotTold: (sink) => metrics.eventFailures.labels(sink).inc(),
    eventsMissed: (sink, count) => metrics.eventsMissed.labels(sink).inc(count),
  };
}

function countRequest(metrics: Metrics, record: UsageRecord, overheadMs: number): void {
  metrics.requestFinished(record, overheadMs);
  metrics.countTeam(record);
  if (record.cache === null) return;
  metrics.cacheRequests.labels(record.cache).inc();
  const semantic = record.why?.semantic;
  if (semantic !== undefined) metrics.cacheSemantic.labels(semantic[0]).inc();
  if (record.savedNanos !== null) metrics.cacheSaved.inc(record.savedNanos / 1e9);
}

type AboutTargets = Pick<Events, "waited" | "waitedForPlace" | "hedged" | "continued" | "shadowed">;

function aboutTargets(metrics: Metrics): AboutTargets {
  return {
    waited: ({ alias, outcome, ms }) => metrics.waited(alias, outcome, ms),
    waitedForPlace: ({ scope, outcome, ms }) => metrics.waitedForPlace(scope, outcome, ms),
    hedged: ({ alias, outcome }) => metrics.hedged(alias, outcome),
    continued: ({ alias, outcome }) => metrics.continued(alias, outcome),
    shadowed: ({ alias, outcome }) => metrics.shadowed(alias, outcome),
  };
}
