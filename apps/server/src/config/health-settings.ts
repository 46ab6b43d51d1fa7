// When a target that fails or is slow is left alone, and for how long.

import { duration, integer, optional } from "./kinds.ts";
import { setting } from "./setting.ts";

export const healthSettings = {
  healthRestMs: setting({
    path: "health.rest_ms",
    variable: "GHOSTLLM_HEALTH_REST_MS",
    kind: duration,
    default: 5_000,
    help: "How long a target that failed again and again is left alone; twice as long each time that it fails when it is tried after that.",
    read: ({ health }) => health.restMs,
  }),
  healthLongestRestMs: setting({
    path: "health.longest_rest_ms",
    variable: "GHOSTLLM_HEALTH_LONGEST_REST_MS",
    kind: duration,
    default: 60_000,
    help: "The longest that such a rest may become: within this, a target that is well again is asked again.",
    read: ({ health }) => health.longestRestMs,
  }),
  healthParkMs: setting({
    path: "health.park_ms",
    variable: "GHOSTLLM_HEALTH_PARK_MS",
    kind: duration,
    default: 600_000,
    help: "How long a target is left alone whose account is out of money or whose credential is refused, unless an operator changes or tests its provider before.",
    read: ({ health }) => health.parkMs,
  }),
  healthWindowMs: setting({
    path: "health.window_ms",
    variable: "GHOSTLLM_HEALTH_WINDOW_MS",
    kind: duration,
    default: 30_000,
    help: "Over how long the share of failed requests is counted.",
    read: ({ health }) => health.windowMs,
  }),
  healthFailurePercent: setting({
    path: "health.failure_percent",
    variable: "GHOSTLLM_HEALTH_FAILURE_PERCENT",
    kind: integer({ min: 0, max: 100 }),
    default: 50,
    help: "A target of which such a share fails is left alone, as is one of which such a share is slow; 0: only failures in a row count.",
    read: ({ health }) => health.failurePercent,
  }),
  healthLeastRequests: setting({
    path: "health.least_requests",
    variable: "GHOSTLLM_HEALTH_LEAST_REQUESTS",
    kind: integer({ min: 2, max: 1_000_000 }),
    default: 20,
    help: "Of fewer requests within the window no share is counted.",
    read: ({ health }) => health.leastRequests,
  }),
  healthSlowStreamMs: setting({
    path: "health.slow_stream_ms",
    variable: "GHOSTLLM_HEALTH_SLOW_STREAM_MS",
    kind: optional(duration),
    default: null,
    help: "A stream that says its first word later than this is slow. Unset: none is.",
    read: ({ health }) => health.slowStreamMs,
  }),
  healthSlowAnswerMs: setting({
    path: "health.slow_answer_ms",
    variable: "GHOSTLLM_HEALTH_SLOW_ANSWER_MS",
    kind: optional(duration),
    default: null,
    help: "An answer that is not streamed and is whole later than this is slow. Unset: none is.",
    read: ({ health }) => health.slowAnswerMs,
  }),
  healthCheckMs: setting({
    path: "health.check_ms",
    variable: "GHOSTLLM_HEALTH_CHECK_MS",
    kind: optional(duration),
    default: null,
    help: "How often a provider of which a model rests is asked for its list of models, by one instance for all. What does not answer goes on resting, and what answers again is asked at once. Unset: the next request finds out.",
    read: ({ health }) => health.checkMs,
  }),
};
