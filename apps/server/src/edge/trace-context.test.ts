import { describe, expect, it } from "vitest";
import { readTraceContext, traceResponse, tracingHeaders } from "./trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const requestId = "0193b2c4-5d6e-7f80-9a1b-2c3d4e5f6071";

describe("traceparent", () => {
  it.each([
    [traceparent, { traceId, parentId: "b7ad6b7169203331", flags: "01", state: null }],
    [traceparent.replace(/^00/, "01"), { traceId, parentId: "b7ad6b7169203331", flags: "01", state: null }],
    [
      `${traceparent.replace(/^00/, "cc")}-what-is-new`,
      { traceId, parentId: "b7ad6b7169203331", flags: "01", state: null },
    ],
    [`${traceparent}-more`, null],
    [traceparent.replace(/^00/, "ff"), null],
    [traceparent.toUpperCase(), null],
    [`00-${"0".repeat(32)}-b7ad6b7169203331-01`, null],
    [`00-${traceId}-${"0".repeat(16)}-01`, null],
    [`${traceparent}, ${traceparent}`, null],
    [traceId, null],
    ["", null],
    [undefined, null],
  ])("%s is read as %j", (header, context) => {
    expect(readTraceContext({ traceparent: header })).toEqual(context);
  });

  it("carries its state along, unless that is too long or no text", () => {
    const stateOf = (tracestate: string) => readTraceContext({ traceparent, tracestate })?.state;
    expect(stateOf("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7")).toBe("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
    expect(stateOf(`a=${"x".repeat(600)}`)).toBeNull();
    expect(stateOf("a=\u00e4")).toBeNull();
  });

  it("goes on with a span of ours, which the client is told, too", () => {
    expect(tracingHeaders({ traceparent, tracestate: "congo=1" }, requestId)).toEqual({
      traceparent: `00-${traceId}-9a1b2c3d4e5f6071-01`,
      tracestate: "congo=1",
    });
    expect(traceResponse({ traceparent }, requestId)).toBe(`00-${traceId}-9a1b2c3d4e5f6071-01`);
  });

  it("begins here where the client has none, and its state alone is worth nothing", () => {
    expect(tracingHeaders({ tracestate: "congo=1" }, requestId)).toEqual({
      traceparent: "00-0193b2c45d6e7f809a1b2c3d4e5f6071-9a1b2c3d4e5f6071-00",
    });
    expect(traceResponse({}, requestId)).toBeNull();
  });
});
