// The trace that a request belongs to, as W3C Trace Context has it: read from the client, answered, and carried on.
// https://www.w3.org/TR/trace-context/

import type { IncomingHttpHeaders } from "node:http";
import { spanOf, traceOf } from "#telemetry/traces/trace-context.ts";
import type { ToldContext } from "#telemetry/traces/trace-context.ts";

const pattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const mostStateLength = 512;

/** Null where the client belongs to no trace, or says so in no way that is allowed. */
export function readTraceContext(headers: IncomingHttpHeaders): ToldContext | null {
  const { traceparent } = headers;
  if (typeof traceparent !== "string") return null;
  const [, version = "ff", traceId = "", parentId = "", flags = "", more] = pattern.exec(traceparent) ?? [];
  // Later versions may add to the end of what is known of this one.
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, flags, state: readState(headers["tracestate"]) };
}

function readState(header: string | string[] | undefined): string | null {
  const state = Array.isArray(header) ? header.join(",") : header;
  return state !== undefined && state.length <= mostStateLength && /^[\x20-\x7e]+$/.test(state) ? state : null;
}

/** What the client is told of our part in its trace; null where it belongs to none. */
export function traceResponse(headers: IncomingHttpHeaders, requestId: string): string | null {
  const context = readTraceContext(headers);
  return context === null ? null : `00-${context.traceId}-${spanOf(requestId)}-${context.flags}`;
}

/** Headers for whoever is asked on behalf of the request. It begins a trace of its own where the client has none. */
export function tracingHeaders(headers: IncomingHttpHeaders, requestId: string): Record<string, string> {
  const context = readTraceContext(headers);
  const traceId = context?.traceId ?? traceOf(requestId);
  const traceparent = `00-${traceId}-${spanOf(requestId)}-${context?.flags ?? "00"}`;
  const state = context?.state ?? null;
  return state === null ? { traceparent } : { traceparent, tracestate: state };
}
