// What an alias says about failures and time, between the server's form and what is written, and in words.

import type { RetriedFailure } from "@ghostllm/contract";
import type { Alias } from "#api/queries.ts";
import { formatCount, plural } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import { linesOf } from "#parts/line-texts.ts";
import { toNumber } from "#parts/number-text.ts";
import { timeLimits } from "#parts/time-limits.ts";
import type { TimeLimit } from "#parts/time-limits.ts";

export const retryNumbers = [
  "attempts_per_target",
  "attempts",
  "backoff_ms",
  "max_backoff_ms",
  "max_retry_after_ms",
] as const;
export type RetryNumber = (typeof retryNumbers)[number];

export const failureWords: Readonly<Record<RetriedFailure, string>> = {
  refused: "no connection",
  timeout: "no word in time",
  broken: "broke off, or made no sense",
  error: "the vendor's own error",
  overloaded: "overloaded",
  rate_limit: "rate limit",
};

export const fallbackLists = ["any", "context_length", "content_filter", "rate_limit"] as const;
export type FallbackList = (typeof fallbackLists)[number];

export const queueNumbers = ["max_wait_ms", "max_waiting"] as const;
export type QueueNumber = (typeof queueNumbers)[number];

export const hedgeNumbers = ["after_ms", "most_percent"] as const;
export type HedgeNumber = (typeof hedgeNumbers)[number];

const usualWaiting = 1_000;
const usualHedges = 10;

export const shadowFields = ["to", "percent", "max_concurrent"] as const;
export type ShadowField = (typeof shadowFields)[number];

const usualShadows = 10;

export interface PolicyValues {
  retries: Record<RetryNumber, string> & {
    /** `none`, or `own` rules. */
    rule: string;
    on: string[];
  };
  /** Names with spaces or lines between them. */
  fallbacks: Record<FallbackList, string>;
  timeouts: Record<TimeLimit, string>;
  /** Without a time nothing waits. */
  queue: Record<QueueNumber, string>;
  /** Without a time nobody is asked beside another. */
  hedge: Record<HedgeNumber, string>;
  /** Empty: a stream that breaks off has failed. */
  continuation: { attempts: string };
  /** Empty: each request is drawn anew. */
  sticky_by: string;
  prompt_affinity: boolean;
  /** Without a name nothing is copied. */
  shadow: Record<ShadowField, string>;
}

const usualRetries = {
  ...{ attempts_per_target: 2, attempts: 6, backoff_ms: 200, max_backoff_ms: 5_000, max_retry_after_ms: 5_000 },
  on: ["refused", "broken", "error", "overloaded"],
};

function textsOf<Name extends string>(names: readonly Name[], textOf: (name: Name) => string): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, textOf(name)])) as Record<Name, string>;
}

export function policyValues(present: Alias | null): PolicyValues {
  const retries = present?.retries ?? usualRetries;
  return {
    retries: {
      ...textsOf(retryNumbers, (name) => String(retries[name])),
      ...{ rule: (present?.retries ?? null) === null ? "none" : "own", on: [...retries.on] },
    },
    fallbacks: textsOf(fallbackLists, (list) => present?.fallbacks[list].join("\n") ?? ""),
    timeouts: textsOf(timeLimits, (limit) => present?.timeouts[limit]?.toString() ?? ""),
    queue: {
      max_wait_ms: present?.queue?.max_wait_ms.toString() ?? "",
      max_waiting: String(present?.queue?.max_waiting ?? usualWaiting),
    },
    hedge: {
      after_ms: present?.hedge?.after_ms.toString() ?? "",
      most_percent: String(present?.hedge?.most_percent ?? usualHedges),
    },
    continuation: { attempts: present?.continuation?.attempts.toString() ?? "" },
    sticky_by: present?.sticky_by ?? "",
    prompt_affinity: present?.prompt_affinity ?? true,
    shadow: {
      to: present?.shadow?.to ?? "",
      percent: present?.shadow?.percent.toString() ?? "",
      max_concurrent: String(present?.shadow?.max_concurrent ?? usualShadows),
    },
  };
}

/** What is no number goes to the server as it is, which says what is wrong with it. */
export function toPolicyBody(values: PolicyValues, strategy: string) {
  const {
    retries,
    fallbacks,
    timeouts,
    queue,
    hedge,
    sticky_by: sticky,
    prompt_affinity,
    shadow,
    continuation,
  } = values;
  return {
    retries:
      retries.rule === "none"
        ? null
        : ({ ...numbersOf(retryNumbers, retries), on: retries.on as RetriedFailure[] } as RetriesBody),
    fallbacks: Object.fromEntries(fallbackLists.map((list) => [list, linesOf(fallbacks[list]) ?? []])) as Lists,
    timeouts: numbersOf(timeLimits, timeouts),
    queue: queue.max_wait_ms.trim() === "" ? null : (numbersOf(queueNumbers, queue) as QueueBody),
    hedge: hedge.after_ms.trim() === "" ? null : (numbersOf(hedgeNumbers, hedge) as HedgeBody),
    continuation:
      continuation.attempts.trim() === "" ? null : (numbersOf(["attempts"], continuation) as { attempts: number }),
    prompt_affinity,
    shadow:
      shadow.to.trim() === ""
        ? null
        : ({ to: shadow.to.trim(), ...numbersOf(["percent", "max_concurrent"], shadow) } as ShadowBody),
    // Others draw no target to stay with.
    sticky_by: strategy === "weighted" && sticky === "user" ? ("user" as const) : null,
  };
}

function numbersOf<Name extends string>(
  names: readonly Name[],
  texts: Readonly<Record<Name, string>>,
): Record<Name, number | null> {
  return Object.fromEntries(names.map((name) => [name, toNumber(texts[name])])) as Record<Name, number | null>;
}

type RetriesBody = Record<RetryNumber, number> & { on: RetriedFailure[] };
type Lists = Record<FallbackList, string[]>;
type QueueBody = Record<QueueNumber, number>;
type HedgeBody = Record<HedgeNumber, number>;
type ShadowBody = Record<"percent" | "max_concurrent", number> & { to: string };

export function retryWords(retries: Alias["retries"]): string {
  if (retries === null) return "each target once, the last one twice";
  return `up to ${plural(retries.attempts_per_target, "attempt")} at each target, ${retries.attempts} in all`;
}

const listWords: Readonly<Record<FallbackList, string>> = {
  any: "",
  context_length: "too long: ",
  content_filter: "refused content: ",
  rate_limit: "rate limit: ",
};

/** A line for each list that there is. */
export function fallbackWords(fallbacks: Alias["fallbacks"]): string {
  const lists = fallbackLists.filter((list) => fallbacks[list].length > 0);
  return lists.map((list) => `${listWords[list]}${fallbacks[list].join(", ")}`).join("\n") || "none";
}

export function queueWords(queue: Alias["queue"]): string {
  if (queue === null) return "none: what finds all targets full is refused";
  return `for up to ${formatDuration(queue.max_wait_ms)}, ${formatCount(queue.max_waiting)} at the most`;
}

export function shadowWords(shadow: Alias["shadow"]): string {
  if (shadow === null) return "none: nothing is asked twice";
  return `${shadow.percent} % of requests to ${shadow.to}, ${formatCount(shadow.max_concurrent)} at a time at the most`;
}

export function hedgeWords(hedge: Alias["hedge"]): string {
  if (hedge === null) return "none: one target after the other";
  return `after ${formatDuration(hedge.after_ms)}, beside ${hedge.most_percent} % at the most`;
}

export function continuationWords(continuation: Alias["continuation"]): string {
  if (continuation === null) return "none: a stream that breaks off has failed";
  return `by another target, ${continuation.attempts === 1 ? "once" : `up to ${continuation.attempts} times`}`;
}
