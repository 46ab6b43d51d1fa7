// Spans on their way to a collector that is well, slow, full, down, or does not want them: nobody waits, and nothing is lost uncounted.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JsonSpans } from "#telemetry/traces/otlp-json.ts";
import { ProtobufSpans } from "#telemetry/traces/otlp-protobuf.ts";
import { Attributes, kinds, noEvents, type Span } from "#telemetry/traces/span.ts";
import { SpanExport, type SpanExportOptions } from "#telemetry/traces/span-export.ts";
import { postBytes } from "#gateway/upstream/post-bytes.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import { direct } from "#gateway/upstream/lanes.ts";
import { loadConfig } from "#config/load.ts";
import { readJson } from "../../../tests/support/otlp/read-json.ts";
import { readProtobuf } from "../../../tests/support/otlp/read-protobuf.ts";
import { startReceiver, type Receiver } from "../../../tests/support/otlp/receiver.ts";
import { pause } from "./support/stage.ts";

const patient = { timeout: 20_000, interval: 20 };
const source = {
  resource: new Attributes().text("service.name", "a gateway"),
  scope: { name: "ghostllm", version: "1" },
};
const codecs = { protobuf: new ProtobufSpans(source), json: new JsonSpans(source) };

function makeSpan(change: Partial<Span> = {}): Span {
  return {
    ...{ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", parentId: null },
    ...{ hasRemoteParent: false, state: null, isSampled: true, name: "a span", kind: kinds.internal },
    ...{
      start: 1_790_000_000_123.25,
      end: 1_790_000_000_999,
      attributes: new Attributes(),
      events: noEvents,
      error: null,
    },
    ...change,
  };
}

const upstream = createUpstreamClient(loadConfig({ environment: {}, cwd: "/nonexistent" }).timeouts, direct);
let collector: Receiver;
let out: SpanExport | null = null;
let counted: Record<string, number>;
let warned: string[];

function open(change: Partial<SpanExportOptions> = {}, timeoutMs = 2_000): SpanExport {
  const [own, told]: [Record<string, number>, string[]] = [{}, []];
  [counted, warned] = [own, told];
  const count = (name: string) => (by: number) => void (own[name] = (own[name] ?? 0) + by);
  const url = `${collector.url}/v1/traces`;
  return new SpanExport({
    ...{ codec: codecs.protobuf, compresses: false, headers: { "x-tenant": "one" }, random: () => 0, firstPauseMs: 20 },
    post: (request) => postBytes(upstream, { ...request, url, timeoutMs }),
    counts: { sent: count("sent"), lost: (reason, traces) => count(reason)(traces), rejected: count("rejected") },
    log: {
      warn: ((...[facts, words]: [object, string]) => void told.push(`${words} ${JSON.stringify(facts)}`)) as never,
    },
    ...change,
  });
}

const slice = (traces = 1) => ({ bytes: codecs.protobuf.encode([makeSpan()]), traces });

beforeEach(async () => {
  collector = await startReceiver();
});
afterEach(async () => {
  await out?.close();
  await collector.close();
});

describe("both encodings", () => {
  const attributes = new Attributes()
    .text("text", "äöü 😀 and so on")
    .text("long", "x".repeat(70_000))
    .int("int", 2 ** 40 + 1)
    .int("below zero", -3)
    .real("real", 0.1)
    .real("whole real", 1)
    .flag("flag", false)
    .texts("texts", ["a", "ß"]);
  const spans = [
    makeSpan({ attributes, error: "it failed", parentId: "00f067aa0ba902b7", state: "a=b", hasRemoteParent: true }),
    makeSpan({
      name: "",
      spanId: "0100000000000001",
      events: [{ name: "an event", at: 1_790_000_000_500.5, attributes }],
    }),
  ];

  it("tell the same", () => {
    const { protobuf, json } = codecs;
    const read = readProtobuf(protobuf.request([protobuf.encode(spans.slice(0, 1)), protobuf.encode(spans.slice(1))]));
    expect(read).toEqual(readJson(json.request([json.encode(spans.slice(0, 1)), json.encode(spans.slice(1))])));
    expect([...read.resource]).toEqual([["service.name", "a gateway"]]);
    const [first, second] = read.spans;
    expect([first?.start, first?.end, second?.events[0]?.at]).toEqual([
      ...[1_790_000_000_123_250_000n, 1_790_000_000_999_000_000n, 1_790_000_000_500_500_000n],
    ]);
    expect(Object.fromEntries(first?.attributes ?? [])).toMatchObject({
      ...{ text: "äöü 😀 and so on", int: 2n ** 40n + 1n, "below zero": -3n, real: 0.1, "whole real": 1, flag: false },
      texts: ["a", "ß"],
    });
    expect([first?.status, first?.flags, first?.state, second?.flags]).toEqual([
      ...[{ code: 2, message: "it failed" }, 0x301, "a=b", 0x101],
    ]);
  });
});

describe("what is sent", () => {
  it("goes to the collector with its headers, packed where that is wanted", async () => {
    out = open({ compresses: true });
    out.add(slice(2));
    out.add(slice(3));
    await vi.waitFor(() => expect(counted).toEqual({ sent: 5 }), patient);
    expect(collector.received).toMatchObject([
      {
        path: "/v1/traces",
        headers: { "x-tenant": "one", "content-encoding": "gzip", "content-type": "application/x-protobuf" },
      },
    ]);
    expect(collector.spans).toHaveLength(2);
  });

  it.each([429, 502, 503, 504])("comes again after %i, as soon as the collector says", async (status) => {
    out = open();
    collector.answering = (response) => {
      collector.answering = null;
      response.writeHead(status, { "retry-after": "1" }).end();
    };
    const startedAt = performance.now();
    out.add(slice());
    await vi.waitFor(() => expect(counted).toEqual({ sent: 1 }), patient);
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    expect(collector.received).toHaveLength(2);
  });

  it.each([400, 401, 404, 413, 500])("is lost after %i, which is final", async (status) => {
    out = open();
    collector.answering = (response) => void response.writeHead(status).end();
    out.add(slice(4));
    await vi.waitFor(() => expect(counted).toEqual({ refused: 4 }), patient);
    expect(collector.received).toHaveLength(1);
    expect(warned.join()).toContain(String(status));
  });

  it.each([
    ["application/x-protobuf", Buffer.from([0x0a, 0x07, 0x08, 0x02, 0x12, 0x03, 0x6e, 0x6f, 0x21])],
    ["application/json", Buffer.from('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no!"}}')],
  ])("in part is told of, by %s", async (type, body) => {
    out = open();
    collector.answering = (response) => void response.writeHead(200, { "content-type": type }).end(body);
    out.add(slice());
    await vi.waitFor(() => expect(counted).toEqual({ sent: 1, rejected: 2 }), patient);
    expect(warned.join()).toContain("no!");
  });
});

describe("a collector", () => {
  it("that is down is asked again and again, told of once, and gets what waited when it is back", async () => {
    const { port } = new URL(collector.url);
    await collector.close();
    out = open();
    for (let index = 0; index < 50; index += 1) out.add(slice());
    await pause(300);
    expect([counted, warned.length]).toEqual([{}, 1]);
    collector = await startReceiver(Number(port));
    await vi.waitFor(() => expect(counted).toEqual({ sent: 50 }), patient);
    expect(collector.spans).toHaveLength(50);
  });

  it("that never answers keeps no more than there is room for, and the rest is counted", async () => {
    out = open({}, 60_000);
    collector.answering = () => undefined;
    const bytes = codecs.protobuf.encode([makeSpan({ name: "x".repeat(1_000_000) })]);
    for (let index = 0; index < 40; index += 1) out.add({ bytes, traces: 1 });
    await vi.waitFor(() => expect(counted["room"]).toBeGreaterThan(20), patient);
    const startedAt = performance.now();
    await out.close();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect((counted["room"] ?? 0) + (counted["unreachable"] ?? 0)).toBeGreaterThanOrEqual(37);
  });

  it("that answers late is not waited for beyond its time", async () => {
    out = open({}, 100);
    collector.answering = () => void (collector.answering = null);
    out.add(slice());
    await vi.waitFor(() => expect(counted).toEqual({ sent: 1 }), patient);
    expect(warned.join()).toContain("100 ms");
  });
});
