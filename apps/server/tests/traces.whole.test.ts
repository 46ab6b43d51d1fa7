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

  it("tells of a request and its parts, under its id", async () => {
    const id = await ask({ ...chat, stream: true });
    const spans = await spansOf(id, "POST /v1/chat/completions");
    const root = spans.find(({ parentId }) => parentId === "");
    expect(spans.map(({ name }) => name).toSorted()).toEqual(
      ["POST /v1/chat/completions", "admit", "chat m", "identify", "read", "stream"].toSorted(),
    );
    expect(spans.every(({ parentId }) => parentId === "" || parentId === root?.spanId)).toBe(true);
    expect(collector.faults).toEqual([]);
  });
});
