// Traces of requests to a collector of OpenTelemetry, under the names of its specification.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/

import { traceCompressions, traceExporters, traceProtocols, traceSamplers } from "./observing.ts";
import type { TraceProtocol, TraceSampler } from "./observing.ts";
import { duration, flag, integer, oneOf, optional, secret, textOf } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { setting } from "./setting.ts";
import { shownPairs } from "./pairs.ts";

const ratio: Kind<number> = {
  name: "number from 0 to 1",
  parse(raw) {
    const value = raw === "" ? NaN : Number(raw);
    if (value >= 0 && value <= 1) return { ok: true, value };
    return { ok: false, message: "this is no number from 0 to 1", hint: "Write it like `0.1` for a tenth." };
  },
  show: String,
};

const collectorUrl = textOf(
  "URL of a collector",
  /^https?:\/\/[^\s@?#]+$/i,
  "Write it like `http://collector:4318`; what it is to be told of you goes into `otel.headers`.",
);

const pairs = textOf(
  "list of names and values",
  /^\s*(?:[^=,\s]+\s*=[^,]*(?:,|$)\s*)*$/,
  "Write it like `deployment.environment.name=production,team=search`.",
);

export const traceSettings = {
  otelEndpoint: setting({
    path: "otel.endpoint",
    variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
    kind: optional(collectorUrl),
    default: null,
    help: "Collector of OpenTelemetry that traces of requests are sent to, by OTLP over HTTP: `/v1/traces` is added to it. Unset: there are no traces.",
    read: ({ traces }) => traces.endpoint,
  }),
  otelTracesEndpoint: setting({
    path: "otel.traces_endpoint",
    variable: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    kind: optional(collectorUrl),
    default: null,
    help: "The same with its whole path, to which nothing is added. Goes before `otel.endpoint`.",
    read: ({ traces }) => traces.tracesEndpoint,
  }),
  otelHeaders: setting({
    path: "otel.headers",
    variable: "OTEL_EXPORTER_OTLP_HEADERS",
    alsoVariable: "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    kind: optional(secret),
    default: null,
    help: "Sent to the collector, such as `authorization=Basic%20...`: names and values with `=` between and commas behind, encoded as in URLs.",
    read: ({ traces }) => traces.headers,
  }),
  otelProtocol: setting<TraceProtocol>({
    path: "otel.protocol",
    variable: "OTEL_EXPORTER_OTLP_PROTOCOL",
    alsoVariable: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    kind: oneOf(traceProtocols),
    default: "http/protobuf",
    help: "Encoding of traces. gRPC is not spoken: collectors take HTTP at port 4318 as a rule.",
    read: ({ traces }) => traces.protocol,
  }),
  otelCompression: setting({
    path: "otel.compression",
    variable: "OTEL_EXPORTER_OTLP_COMPRESSION",
    alsoVariable: "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
    kind: oneOf(traceCompressions),
    default: "none",
    help: "What is sent is compressed, or not: it takes a fifth of the bytes, and some processor time.",
    read: ({ traces }) => (traces.compresses ? "gzip" : "none"),
  }),
  otelTimeoutMs: setting({
    path: "otel.timeout_ms",
    variable: "OTEL_EXPORTER_OTLP_TIMEOUT",
    alsoVariable: "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    kind: duration,
    default: 10_000,
    help: "Longest wait for an answer of the collector. No request waits for it.",
    read: ({ traces }) => traces.timeoutMs,
  }),
  otelServiceName: setting({
    path: "otel.service_name",
    variable: "OTEL_SERVICE_NAME",
    kind: textOf("name", /^\P{Cc}{1,200}$/u, "Write a name of one line."),
    default: "ghostllm",
    help: "`service.name` of the traces.",
    read: ({ traces }) => traces.serviceName,
  }),
  otelResource: setting({
    path: "otel.resource_attributes",
    variable: "OTEL_RESOURCE_ATTRIBUTES",
    kind: optional(pairs),
    default: null,
    help: "What else is said of this server in each trace, such as `deployment.environment.name=production`, encoded as in URLs.",
    read: ({ traces }) => shownPairs(traces.resource),
  }),
  otelSampler: setting<TraceSampler>({
    path: "otel.sampler",
    variable: "OTEL_TRACES_SAMPLER",
    kind: oneOf(traceSamplers),
    default: "parentbased_always_on",
    help: "Which requests are traced: those of `parentbased_` go by what the client says in its `traceparent`, where it sends one.",
    read: ({ traces }) => traces.sampler,
  }),
  otelRatio: setting({
    path: "otel.sampler_arg",
    variable: "OTEL_TRACES_SAMPLER_ARG",
    kind: ratio,
    default: 1,
    help: "Share of the requests that a `traceidratio` sampler takes.",
    read: ({ traces }) => traces.ratio,
  }),
  otelKeepsErrors: setting({
    path: "otel.keep_errors",
    variable: "GHOSTLLM_OTEL_KEEP_ERRORS",
    kind: flag,
    default: true,
    help: "Requests that fail are traced whatever the sampler says, other than `always_off`.",
    read: ({ traces }) => traces.keepsErrors,
  }),
  otelTrustsParents: setting({
    path: "otel.trust_clients",
    variable: "GHOSTLLM_OTEL_TRUST_CLIENTS",
    kind: flag,
    default: true,
    help: "A client's `traceparent` says which trace its request is a part of, and whether it is sampled. With false each request begins a trace of its own.",
    read: ({ traces }) => traces.trustsParents,
  }),
  otelTexts: setting({
    path: "otel.texts",
    variable: "GHOSTLLM_OTEL_TEXTS",
    kind: flag,
    default: false,
    help: "Prompts and answers are in traces as well, of those keys alone whose policy has them stored (docs/prompts.md).",
    read: ({ traces }) => traces.tellsTexts,
  }),
  otelTextCharacters: setting({
    path: "otel.text_characters",
    variable: "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    alsoVariable: "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    kind: integer({ min: 16, max: 262_144 }),
    default: 32_768,
    help: "Most characters of each of these texts; the rest is cut.",
    read: ({ traces }) => traces.textCharacters,
  }),
  otelExporter: setting<"otlp" | "none">({
    path: "otel.exporter",
    variable: "OTEL_TRACES_EXPORTER",
    kind: oneOf(traceExporters),
    default: "otlp",
    help: "Where traces go to: a collector, or nowhere.",
    read: ({ traces }) => traces.exporter,
  }),
  otelDisabled: setting({
    path: "otel.disabled",
    variable: "OTEL_SDK_DISABLED",
    kind: flag,
    default: false,
    help: "No traces, whatever else is set.",
    read: ({ traces }) => traces.isDisabled,
  }),
};
