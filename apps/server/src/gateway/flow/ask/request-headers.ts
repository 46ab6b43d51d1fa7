import type { ClientDialect } from "@ghostllm/llm";
import { tracingHeaders } from "#edge/trace-context.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";

/** Headers of a request to a vendor, but for those of the vendor itself. */
export interface RequestHeaders {
  readonly own: Readonly<Record<string, string>>;
  /** The few of the client's that mean something in its dialect: for a target of the same dialect only. */
  readonly forwarded: Readonly<Record<string, string>>;
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
    ...(tracesVendors && tracingHeaders(exchange.request.headers, exchange.id)),
  };
  const forwarded: Record<string, string> = {};
  for (const name of dialect.forwardedHeaders) {
    const value = exchange.header(name);
    if (value !== undefined) forwarded[name] = value;
  }
  return { own, forwarded };
}
