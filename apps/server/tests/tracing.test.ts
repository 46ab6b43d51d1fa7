// By which names a request is known on all sides: ours, the client's, and the trace that it belongs to.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEvents } from "#telemetry/events.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import pino from "pino";
import { hello, helloStream, startStage } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const trace = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: "congo=t61rcWkgMzE" };
const logged: string[] = [];

let telling: Stage;
let silent: Stage;

beforeAll(async () => {
  const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
  telling = await startStage({
    edge: { tracesVendors: true },
    events: createEvents({ metrics: createMetrics(), log }),
  });
  silent = await startStage();
});
afterAll(async () => {
  await telling.close();
  await silent.close();
});
beforeEach(() => {
  telling.upstream.clear();
  silent.upstream.clear();
});

const paths: readonly (readonly [string, object])[] = [
  ["/v1/chat/completions", hello],
  ["/v1/chat/completions", helloStream],
  ["/v1/messages", { ...hello, max_tokens: 9 }],
  ["/v1/embeddings", { model: "fake-embedding", input: "Hello" }],
  ["/v1/files", {}],
];

describe.each(paths)("a request to %s", (path, body) => {
  it("goes to vendors as part of the client's trace, where that is configured", async () => {
    const response = await telling.post(body, path, { headers: trace });
    await response.arrayBuffer();
    const span = response.headers.get("x-request-id")?.replaceAll("-", "").slice(16);
    expect(response.headers.get("traceresponse")).toBe(`00-${traceId}-${span}-01`);
    const { traceparent, tracestate } = telling.upstream.received[0]?.headers ?? {};
    expect([traceparent, tracestate]).toEqual([`00-${traceId}-${span}-01`, trace.tracestate]);
  });

  it("tells vendors nothing of it otherwise, but the client", async () => {
    const response = await silent.post(body, path, { headers: trace });
    await response.arrayBuffer();
    const { headers = {} } = silent.upstream.received[0] ?? {};
    expect([headers["traceparent"], headers["tracestate"]]).toEqual([undefined, undefined]);
    expect(response.headers.get("traceresponse")).toContain(traceId);
  });
});

it("a request without a trace begins one, named by its id", async () => {
  const response = await telling.post(hello);
  const id = response.headers.get("x-request-id")?.replaceAll("-", "") ?? "";
  expect(telling.upstream.received[0]?.headers["traceparent"]).toBe(`00-${id}-${id.slice(16)}-00`);
  expect(response.headers.get("traceresponse")).toBeNull();
});

it("the id of a request is ours, whatever the client calls it, and the log of an error has all its names", async () => {
  logged.length = 0;
  const headers = { ...trace, "x-request-id": "client-1234", authorization: "Bearer gk-nobody" };
  const response = await telling.post(hello, undefined, { headers });
  const id = response.headers.get("x-request-id");
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const line = logged.find((text) => text.includes("error answered")) ?? "{}";
  expect(JSON.parse(line)).toMatchObject({
    requestId: id,
    traceId,
    clientRequestId: "client-1234",
    address: "127.0.0.1",
  });
  const forged = { ...headers, "x-request-id": 'x", "code": "y' };
  await telling.post(hello, undefined, { headers: forged });
  expect(logged.at(-1)).not.toContain("clientRequestId");
});
