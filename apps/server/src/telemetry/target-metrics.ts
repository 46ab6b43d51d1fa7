import type { Counter, Gauge, Histogram } from "prom-client";
import type { BoundedNames } from "./bounded-names.ts";
import type { MetricDefinition } from "./metric-definition.ts";

/** Of targets that are not asked as others are. */
export const targetMetricDefinitions = {
  ghostllm_targets_not_closed: {
    type: "gauge",
    help: "Models of a provider that rest for all (open), are tried by one request at a time (half_open), or are left alone for their account or credential (parked).",
    labels: ["provider", "state"],
  },
  ghostllm_queue_waiting: {
    type: "gauge",
    help: "Requests that wait until a target of their alias has room.",
    labels: ["alias"],
  },
  ghostllm_queue_requests_total: {
    type: "counter",
    help: "Requests that had to wait for a target with room, by what came of it: served, late (their time was over), gone (their client left, or all of their time was over), displaced (for one of whoever has fewer waiting), or refused (so many waited already).",
    labels: ["alias", "outcome"],
  },
  ghostllm_queue_wait_seconds: {
    type: "histogram",
    help: "How long those waited that were served.",
    labels: [],
  },
  ghostllm_places_waiting: {
    type: "gauge",
    help: "Requests that wait since their key, user, team, organisation or alias (scope) has as many running as may be.",
    labels: ["scope"],
  },
  ghostllm_places_requests_total: {
    type: "counter",
    help: "Requests that had to wait for that, by what came of it, as of queues.",
    labels: ["scope", "outcome"],
  },
  ghostllm_places_wait_seconds: {
    type: "histogram",
    help: "How long those waited for that who were served.",
    labels: [],
  },
  ghostllm_shadow_requests_total: {
    type: "counter",
    labels: ["alias", "outcome"],
    help: "Requests drawn to be copied to a second target, of aliases that have a share copied, by what came of the copy: ok, failed, aborted, or no_room at its provider; or why there was none: its vendor would keep it (stored), it was a count (operation), too large (size), so many went on already (busy), the name is unknown, forbidden to the caller, unfit for it, or resting.",
  },
  ghostllm_hedges_total: {
    type: "counter",
    help: "Attempts that were slow to begin, of aliases that have a second target asked beside them, by what came of it: won (the second one answered), lost (the first one did), failed (neither did) or gone (the request ended before); or none was asked, since none was ready (no_target), there was no room at it (no_room) or in a budget (no_budget), or the share of the alias was used up (no_share).",
    labels: ["alias", "outcome"],
  },
  ghostllm_continuations_total: {
    type: "counter",
    help: "Streams that broke off behind their first words, of aliases that have another target go on with them, by what came of it: continued, or failed (nobody did); or nobody was asked, since no target takes the beginning of an answer (no_target), a budget had no room (no_budget), as often as the alias says it was done (used_up), or the answer is none that can be gone on with (not_text, nothing, closed, form, stored, too_long).",
    labels: ["alias", "outcome"],
  },
} as const satisfies Record<string, MetricDefinition>;

export interface TargetCount {
  readonly provider: string;
  readonly state: string;
  readonly count: number;
}

const waitBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

type Name = keyof typeof targetMetricDefinitions;

interface Make {
  counter(name: Name): Counter;
  histogram(name: Name, buckets: number[]): Histogram;
  gauge(name: Name, read: (gauge: Gauge) => void): Gauge;
}

export function targetMetrics(make: Make, names: BoundedNames) {
  const queued = make.counter("ghostllm_queue_requests_total");
  const queueWait = make.histogram("ghostllm_queue_wait_seconds", waitBuckets);
  const places = make.counter("ghostllm_places_requests_total");
  const placeWait = make.histogram("ghostllm_places_wait_seconds", waitBuckets);
  const hedges = make.counter("ghostllm_hedges_total");
  const continuations = make.counter("ghostllm_continuations_total");
  const shadows = make.counter("ghostllm_shadow_requests_total");
  return {
    waited(alias: string, outcome: string, ms: number): void {
      queued.labels(names.of(alias), outcome).inc();
      if (outcome === "served") queueWait.observe(ms / 1000);
    },
    waitedForPlace(scope: string, outcome: string, ms: number): void {
      places.labels(scope, outcome).inc();
      if (outcome === "served") placeWait.observe(ms / 1000);
    },
    hedged: (alias: string, outcome: string): void => hedges.labels(names.of(alias), outcome).inc(),
    continued: (alias: string, outcome: string): void => continuations.labels(names.of(alias), outcome).inc(),
    shadowed: (alias: string, outcome: string): void => shadows.labels(names.of(alias), outcome).inc(),
    watchQueues(read: () => readonly { readonly alias: string; readonly waiting: number }[]): void {
      make.gauge("ghostllm_queue_waiting", (gauge) => {
        gauge.reset();
        for (const { alias, waiting } of read()) gauge.labels(names.of(alias)).inc(waiting);
      });
    },
    watchPlaces(read: () => readonly { readonly scope: string; readonly waiting: number }[]): void {
      make.gauge("ghostllm_places_waiting", (gauge) => {
        gauge.reset();
        for (const { scope, waiting } of read()) gauge.labels(scope).inc(waiting);
      });
    },
    /** Of all threads and instances, as the main thread knows it. */
    watchTargets(read: () => readonly TargetCount[]): void {
      make.gauge("ghostllm_targets_not_closed", (gauge) => {
        gauge.reset();
        for (const { provider, state, count } of read()) gauge.labels(names.of(provider), state).inc(count);
      });
    },
  };
}
