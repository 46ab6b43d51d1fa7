// Traces of the server as it is composed, by a collector that reads all of them and holds them to the conventions.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startReceiver, type Receiver } from "../../../tests/support/otlp/receiver.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

const patient = { timeout: 20_000, interval: 50 };

describe.each([
  ["1", "http/protobuf"],
  ["2", "http/json"],
])("a server with %s workers that tells of traces by %s", (workers, protocol) => {
  const secret = "sk-vendor-canary-7f3a";
  let vendor: FakeUpstream;
  let server: WholeServer;
  let collector: Receiver;

  beforeAll(async () => {
    vendor = await startFakeUpstream();
    collector = await startReceiver();
    server = await startWholeServer({
      ...{ SERVER_WORKERS: workers, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: "gateway" },
      ...{ OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20canary-credential,x-tenant=one" },
      ...{ OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_COMPRESSION: "gzip", LOG_LEVEL: "trace" },
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test%20bed",
    });
    await server.admin.providers.create({
      body: { name: "v", provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: secret },
    });
  });
  afterAll(async () => {
    await server.close();
    await vendor.close();
    await collector.close();
  });

  const ask = async (body: object, path = "/v1/chat/completions", headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.apiKey}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    await response.text();
    return (response.headers.get("x-request-id") ?? "").replaceAll("-", "");
  };
  const chat = { model: "v/m", messages: [{ role: "user", content: "a canary-prompt" }] };
  const spansOf = async (traceId: string, name: string) => {
    await vi.waitFor(() => expect(collector.of(traceId).map((span) => span.name)).toContain(name), patient);
    return collector.of(traceId);
  };

  it("tells of a request and its parts, under its id, and of the server that it is from", async () => {
    const id = await ask({ ...chat, stream: true });
    const spans = await spansOf(id, "POST /v1/chat/completions");
    const root = spans.find(({ parentId }) => parentId === "");
    expect(spans.map(({ name }) => name).toSorted()).toEqual(
      ["POST /v1/chat/completions", "admit", "chat m", "identify", "read", "stream"].toSorted(),
    );
    expect(spans.every(({ parentId }) => parentId === "" || parentId === root?.spanId)).toBe(true);
    expect(collector.received[0]).toMatchObject({
      path: "/v1/traces",
      headers: { authorization: "Basic canary-credential", "x-tenant": "one", "content-encoding": "gzip" },
    });
    expect(Object.fromEntries(collector.received[0]?.resource ?? [])).toMatchObject({
      ...{ "service.name": "gateway", "deployment.environment.name": "test bed" },
    });
  });

  it("has no prompt, answer, secret or word of a vendor in any span, whatever becomes of a request", async () => {
    vendor.script([
      { kind: "chat", text: "canary-answer" },
      { kind: "chat", text: "canary-answer" },
      { kind: "answer", status: 400, body: { error: { message: "canary-words", type: "canary-words" } } },
      { kind: "answer", status: 500, text: "canary-words" },
      { kind: "answer", status: 500, text: "canary-words" },
    ]);
    const ids = [
      ...[await ask(chat), await ask({ ...chat, stream: true }), await ask(chat), await ask(chat)],
      await ask(chat, "/v1/chat/completions?key=canary-query"),
      await ask(chat, undefined, { authorization: `Bearer gk-000000000000-${"c0ffee".repeat(10)}` }),
      await ask({ model: "v/m", messages: "canary-body" }),
      await ask({ model: "v/m", input: "canary-input" }, "/v1/embeddings"),
    ];
    const known = () => new Set(collector.spans.filter(({ kind }) => kind === 2).map(({ traceId }) => traceId));
    await vi.waitFor(() => expect([...known()]).toEqual(expect.arrayContaining(ids)), patient);
    const sent = Buffer.concat(collector.received.map(({ body }) => body)).toString("latin1");
    for (const word of ["canary", "c0ffee", secret, server.apiKey.slice(16), "127.0.0.1:"])
      expect(sent).not.toContain(word);
    expect(server.logged.join()).not.toContain("canary-credential");
    expect(collector.faults).toEqual([]);
  });

  it("counts what was taken", async () => {
    await ask(chat);
    await vi.waitFor(async () => {
      const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.apiKey}` } });
      const [, count = "0"] = /^ghostllm_traces_sent_total (\d+)/m.exec(await response.text()) ?? [];
      expect(Number(count)).toBeGreaterThan(0);
    }, patient);
  });
});

it("a server that stops sends what it has", async () => {
  const collector = await startReceiver();
  const server = await startWholeServer({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/as/it/is` });
  await fetch(`${server.url}/v1/chat/completions`, { method: "POST", body: "{}" });
  await server.close();
  expect(collector.received.map(({ path, spans }) => [path, spans.map(({ name }) => name)])).toEqual([
    ["/as/it/is", ["POST /v1/chat/completions", "identify"]],
  ]);
  await collector.close();
});
