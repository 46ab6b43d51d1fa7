import type { ClientDialect } from "@ghostllm/llm";
import { tracingHeaders } from "#edge/trace-context.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { RequestTrace } from "#telemetry/traces/request-trace.ts";

/** Headers of a request to a vendor, but for those of the vendor itself. */
export interface RequestHeaders {
  readonly own: Readonly<Record<string, string>>;
  /** The few of the client's that mean something in its dialect: for a target of the same dialect only. */
  readonly forwarded: Readonly<Record<string, string>>;
}

/** As of the first attempt. */
function tracingOf({ trace, request, id }: Exchange): Record<string, string> {
  if (trace === null) return tracingHeaders(request.headers, id);
  const { state } = trace.context;
  const traceparent = trace.parentOf(1);
  return state === null ? { traceparent } : { traceparent, tracestate: state };
}

/** Where vendors are told of traces each attempt is a span of its own. */
export function ofAttempt(headers: RequestHeaders, trace: RequestTrace | null, attempt: number): RequestHeaders {
  if (trace === null || headers.own["traceparent"] === undefined) return headers;
  return { ...headers, own: { ...headers.own, traceparent: trace.parentOf(attempt) } };
}

export function upstreamHeaders(
  { version, tracesVendors }: Pick<GatewayDeps, "version" | "tracesVendors">,
  exchange: Exchange,
  dialect: ClientDialect,
): RequestHeaders {
  const own = {
    "content-type": "application/json",
    "accept-encoding": "identity",
    "user-agent": `ghostllm/${version}`,
    ...(tracesVendors && tracingOf(exchange)),
  };
  const forwarded: Record<string, string> = {};
  for (const name of dialect.forwardedHeaders) {
    const value = exchange.header(name);
    if (value !== undefined) forwarded[name] = value;
  }
  return { own, forwarded };
}
