// Traces of the requests that a thread answers, on their way to a collector. Called by gateway.ts.

import type { Config } from "#config/config.ts";
import { traceHeadersOf, traceUrlOf } from "#config/traces.ts";
import { postBytes } from "#gateway/upstream/post-bytes.ts";
import type { UpstreamClient } from "#gateway/upstream/upstream.ts";
import type { Log } from "#telemetry/log.ts";
import type { Metrics } from "#telemetry/metrics.ts";
import type { Source } from "#telemetry/traces/codec.ts";
import { JsonSpans } from "#telemetry/traces/otlp-json.ts";
import { ProtobufSpans } from "#telemetry/traces/otlp-protobuf.ts";
import { Attributes } from "#telemetry/traces/span.ts";
import { SpanExport } from "#telemetry/traces/span-export.ts";
import { Tracer } from "#telemetry/traces/tracer.ts";
import { version } from "#version.ts";
import type { Disposer } from "./disposer.ts";

interface TraceParts {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly disposer: Disposer;
}

/** Null where no collector is configured. The way to it is that to vendors: with its proxies, certificates and rules of egress. */
export function openTracer({ config, metrics, log, disposer }: TraceParts, upstream: UpstreamClient): Tracer | null {
  const { traces } = config;
  const url = traceUrlOf(traces);
  if (url === null) return null;
  const source = sourceOf(traces);
  const codec = traces.protocol === "http/json" ? new JsonSpans(source) : new ProtobufSpans(source);
  const counts = metrics.countTraces;
  const out = new SpanExport({
    ...{ codec, counts, log, compresses: traces.compresses, random: Math.random },
    headers: { ...traceHeadersOf(traces.headers), "user-agent": `ghostllm/${version}` },
    post: (request) => postBytes(upstream, { ...request, url, timeoutMs: traces.timeoutMs }),
  });
  const textCharacters = traces.tellsTexts ? traces.textCharacters : null;
  const tracer = new Tracer({ settings: traces, textCharacters, codec, out, counts });
  disposer.add(() => tracer.close());
  return tracer;
}

function sourceOf({ serviceName, resource }: Config["traces"]): Source {
  const attributes = new Attributes().text("service.name", serviceName);
  const own: Readonly<Record<string, string>> = { "service.version": version };
  for (const [name, value] of Object.entries({ ...own, ...resource }))
    if (name !== "service.name") attributes.text(name, value);
  return { resource: attributes, scope: { name: "ghostllm", version } };
}
