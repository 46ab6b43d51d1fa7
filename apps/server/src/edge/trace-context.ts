// The trace that a request belongs to, as W3C Trace Context has it: read from the client, answered, and carried on.
// https://www.w3.org/TR/trace-context/

import type { IncomingHttpHeaders } from "node:http";

export interface TraceContext {
  readonly traceId: string;
  /** As two hexadecimal digits; the last bit says that the trace is recorded. */
  readonly flags: string;
  /** What tracing systems of vendors keep beside it. */
  readonly state: string | null;
}

const pattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const mostStateLength = 512;

/** Null where the client belongs to no trace, or says so in no way that is allowed. */
export function readTraceContext(headers: IncomingHttpHeaders): TraceContext | null {
  const { traceparent } = headers;
  if (typeof traceparent !== "string") return null;
  const [, version = "ff", traceId = "", parentId = "", flags = "", more] = pattern.exec(traceparent) ?? [];
  // Later versions may add to the end of what is known of this one.
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, flags, state: readState(headers["tracestate"]) };
}

function readState(header: string | string[] | undefined): string | null {
  const state = Array.isArray(header) ? header.join(",") : header;
  return state !== undefined && state.length <= mostStateLength && /^[\x20-\x7e]+$/.test(state) ? state : null;
}

/** A request is a span of its own, whose id follows from the request's: the random half of it. */
function spanOf(requestId: string): string {
  return requestId.replaceAll("-", "").slice(16);
}

/** What the client is told of our part in its trace; null where it belongs to none. */
export function traceResponse(headers: IncomingHttpHeaders, requestId: string): string | null {
  const context = readTraceContext(headers);
  return context === null ? null : `00-${context.traceId}-${spanOf(requestId)}-${context.flags}`;
}

/** Headers for whoever is asked on behalf of the request. It begins a trace of its own where the client has none. */
export function tracingHeaders(headers: IncomingHttpHeaders, requestId: string): Record<string, string> {
  const context = readTraceContext(headers);
  const traceId = context?.traceId ?? requestId.replaceAll("-", "");
  const traceparent = `00-${traceId}-${spanOf(requestId)}-${context?.flags ?? "00"}`;
  const state = context?.state ?? null;
  return state === null ? { traceparent } : { traceparent, tracestate: state };
}
