// Which trace a request belongs to, and the ids of its spans: all of them follow from the id of the request, so that nobody has to draw or keep
// any. Called by tracer.ts and request-trace.ts.

/** As a client has told it; `state` is what tracing systems of vendors keep beside it. */
export interface ToldContext {
  readonly traceId: string;
  readonly parentId: string;
  /** As two hexadecimal digits; the last bit says that the trace is recorded. */
  readonly flags: string;
  readonly state: string | null;
}

export interface TraceContext {
  readonly traceId: string;
  /** Null: the trace begins with this request. */
  readonly parentId: string | null;
  readonly state: string | null;
}

/** A request is a span of its own: the random half of its id, which begins with a digit from 8 to b. */
export function spanOf(requestId: string): string {
  return requestId.slice(19, 23) + requestId.slice(24);
}

/** A part of it: the first byte counts them, from 1 to 7f, so that it is never that of a request; the others are as random as before. */
export function partOf(spanId: string, number: number): string {
  return (number & 0x7f).toString(16).padStart(2, "0") + spanId.slice(2);
}

/** Of a trace that begins here: who has the id of a request finds its trace. */
export function traceOf(requestId: string): string {
  return requestId.replaceAll("-", "");
}
