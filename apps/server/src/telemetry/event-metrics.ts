/** Of what is told to the outside. `sink`: nats, kafka or webhooks. */
export const eventMetrics = {
  ghostllm_events_told_total: {
    type: "counter",
    help: "Events that a broker (nats, kafka) or the webhooks have taken.",
    labels: ["sink"],
  },
  ghostllm_event_failures_total: {
    type: "counter",
    help: "Attempts to tell events that failed; they are made again.",
    labels: ["sink"],
  },
  ghostllm_events_missed_total: {
    type: "counter",
    help: "Events that were deleted before they could be told, because the backlog was full.",
    labels: ["sink"],
  },
  ghostllm_events_waiting: { type: "gauge", help: "Events that a broker has still to be told.", labels: ["sink"] },
} as const;
