// Settings of what is told to the outside.

import type { Kind } from "./kinds.ts";
import { duration, integer, jsonOfList, optional } from "./kinds.ts";
import { Secret } from "#domain/secret.ts";
import { setting } from "./setting.ts";

const natsUrl: Kind<Secret> = {
  name: "NATS URL",
  isSecret: true,
  parse(raw) {
    const servers = typeof raw === "string" ? raw.split(",").map((server) => server.trim()) : [];
    const isRight = servers.length > 0 && servers.every((server) => /^(?:nats|tls):\/\/[^\s/]+\/?$/.test(server));
    if (isRight && typeof raw === "string") return { ok: true, value: new Secret(raw) };
    return {
      ok: false,
      message: "this is no NATS URL",
      hint: "Write `nats://host:4222`, `tls://user:password@host:4222`, or several with commas between them.",
    };
  },
  show: String,
};

const brokers: Kind<readonly string[]> = {
  name: "list of Kafka brokers",
  json: jsonOfList,
  parse(raw) {
    const given = Array.isArray(raw) ? raw.map(String) : typeof raw === "string" ? raw.split(",") : [];
    const list = given.map((broker) => broker.trim()).filter((broker) => broker !== "");
    if (list.length > 0 && list.every((broker) => /^[\w.-]+:\d{1,5}$/.test(broker))) return { ok: true, value: list };
    return {
      ok: false,
      message: "these are no Kafka brokers",
      hint: "Write `host:9092`, several with commas between them.",
    };
  },
  show: (value) => value.join(", "),
};

const word: Kind<string> = {
  name: "text",
  parse(raw) {
    if (typeof raw === "string" && /^[\w./:@-]{1,200}$/.test(raw)) return { ok: true, value: raw };
    return { ok: false, message: "this is no such name", hint: "Letters, digits and `. / : @ _ -` may be in it." };
  },
  show: String,
};

export const eventSettings = {
  eventSource: setting({
    path: "events.source",
    variable: "GHOSTLLM_EVENT_SOURCE",
    kind: word,
    default: "/ghostllm",
    help: "What events name as their `source`, by which a receiver tells installations apart.",
    read: ({ events }) => events.source,
  }),
  natsUrl: setting({
    path: "events.nats_url",
    variable: "NATS_URL",
    kind: optional(natsUrl),
    default: null,
    help: "NATS with JetStream, which is told all events. Several servers of one cluster with commas between them.",
    read: ({ events }) => events.natsUrl,
  }),
  natsStream: setting({
    path: "events.nats_stream",
    variable: "GHOSTLLM_NATS_STREAM",
    kind: word,
    default: "GHOSTLLM",
    help: "The stream that is made there for the subjects `ghostllm.>`, where no stream has them.",
    read: ({ events }) => events.natsStream,
  }),
  kafkaBrokers: setting<readonly string[]>({
    path: "events.kafka_brokers",
    variable: "KAFKA_BROKERS",
    kind: brokers,
    default: [],
    help: "Kafka, which is told all events: brokers by which the others of the cluster are found, over a network that is trusted (no TLS, no password).",
    read: ({ events }) => events.kafkaBrokers,
  }),
  kafkaTopic: setting({
    path: "events.kafka_topic",
    variable: "GHOSTLLM_KAFKA_TOPIC",
    kind: word,
    default: "ghostllm.events",
    help: "The topic of all events there. Where there is none, it is made as the brokers make topics by themselves, if they may.",
    read: ({ events }) => events.kafkaTopic,
  }),
  eventBacklog: setting({
    path: "events.backlog",
    variable: "GHOSTLLM_EVENT_BACKLOG",
    kind: integer({ min: 1_000, max: 100_000_000 }),
    default: 1_000_000,
    help: "Most events that wait in the database for a broker or a webhook that is away. Then the oldest are deleted, which `/health` and a metric tell.",
    read: ({ events }) => events.backlog,
  }),
  eventBacklogMs: setting({
    path: "events.backlog_ms",
    variable: "GHOSTLLM_EVENT_BACKLOG_MS",
    kind: duration,
    default: 72 * 60 * 60 * 1_000,
    help: "How long they wait at most.",
    read: ({ events }) => events.backlogMs,
  }),
  webhookTimeoutMs: setting({
    path: "events.webhook_timeout_ms",
    variable: "GHOSTLLM_WEBHOOK_TIMEOUT_MS",
    kind: duration,
    default: 10_000,
    help: "Longest wait for the answer of a webhook.",
    read: ({ events }) => events.webhookTimeoutMs,
  }),
  webhookRetryMs: setting({
    path: "events.webhook_retry_ms",
    variable: "GHOSTLLM_WEBHOOK_RETRY_MS",
    kind: duration,
    default: 5_000,
    help: "Before an event that has not arrived is sent again; twice as long after each further failure, up to four hours, and each up to half as long less.",
    read: ({ events }) => events.webhookRetryMs,
  }),
  webhookAttempts: setting({
    path: "events.webhook_attempts",
    variable: "GHOSTLLM_WEBHOOK_ATTEMPTS",
    kind: integer({ min: 1, max: 50 }),
    default: 14,
    help: "How often an event is sent to a webhook before it is dead: then it can be sent again by hand.",
    read: ({ events }) => events.webhookAttempts,
  }),
  webhookDisableMs: setting({
    path: "events.webhook_disable_ms",
    variable: "GHOSTLLM_WEBHOOK_DISABLE_MS",
    kind: duration,
    default: 5 * 24 * 60 * 60 * 1_000,
    help: "A webhook at which nothing has arrived for so long is switched off.",
    read: ({ events }) => events.webhookDisableMs,
  }),
};
