// What others read in the traces of a server: a real collector that samples whole traces, and Phoenix, which shows what models did.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startWholeServer, type WholeServer } from "../../apps/server/tests/support/whole-server.ts";
import { findFreePort } from "../../tools/free-port.ts";
import { faultsOf } from "../support/otlp/conventions.ts";
import { readSpans } from "../support/otlp/read-json.ts";
import type { ReadSpan } from "../support/otlp/read-protobuf.ts";
import { buildCollector, installPhoenix, startTool, type Tool } from "./install.ts";

const patient = { timeout: 120_000, interval: 250 };
const usage = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 40 },
};
const chat = { model: "v/m", messages: [{ role: "user", content: "What is a ghost?" }] };

let directory: string;
let vendor: FakeUpstream;
const tools: Tool[] = [];
const servers: WholeServer[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "ghostllm-traces-"));
  vendor = await startFakeUpstream();
});
afterAll(async () => {
  for (const server of servers) await server.close();
  for (const tool of tools) await tool.stop();
  await vendor.close();
  rmSync(directory, { recursive: true, force: true });
});

async function startServer(environment: Record<string, string>): Promise<WholeServer> {
  const server = await startWholeServer(environment);
  servers.push(server);
  await server.admin.providers.create({
    body: { name: "v", provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: "sk-vendor" },
  });
  return server;
}

async function ask({ url, apiKey }: WholeServer, body: object): Promise<string> {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body: JSON.stringify(body) });
  await response.text();
  return (response.headers.get("x-request-id") ?? "").replaceAll("-", "");
}

/** What the collector has written, a line for each batch. */
function written(path: string): readonly ReadSpan[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => readSpans(Buffer.from(line)));
}

it.each(["http/protobuf", "http/json"])(
  "a collector takes all of them by %s, and keeps what failed",
  async (protocol) => {
    const port = await findFreePort();
    const name = protocol.replace("/", "-");
    const [all, kept] = [join(directory, `${name}-all.json`), join(directory, `${name}-kept.json`)];
    const config = join(directory, `${name}.yaml`);
    writeFileSync(
      config,
      `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
processors:
  tail_sampling:
    decision_wait: 1s
    policies:
      - { name: failed, type: status_code, status_code: { status_codes: [ERROR] } }
      - { name: led-on, type: boolean_attribute, boolean_attribute: { key: ghostllm.fallback, value: true } }
exporters:
  file/all: { path: "${all}", flush_interval: 100ms }
  file/kept: { path: "${kept}", flush_interval: 100ms }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    traces/all: { receivers: [otlp], exporters: [file/all] }
    traces/kept: { receivers: [otlp], processors: [tail_sampling], exporters: [file/kept] }
`,
    );
    const collector = startTool(buildCollector(), ["--config", config], {});
    tools.push(collector);
    await vi.waitFor(() => expect(collector.printed()).toContain("Everything is ready"), patient);
    const server = await startServer({
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    });
    const well: string[] = [];
    for (let count = 0; count < 200; count += 1) well.push(await ask(server, { ...chat, stream: count % 2 === 0 }));
    const failed = await ask(server, { ...chat, model: "nothing" });
    const rootsIn = (path: string) => written(path).filter(({ kind }) => kind === 2);
    await vi.waitFor(() => expect(rootsIn(all)).toHaveLength(201), patient);
    await vi.waitFor(() => expect(rootsIn(kept).map(({ traceId }) => traceId)).toEqual([failed]), patient);
    const spans = written(all);
    expect(spans.flatMap(faultsOf)).toEqual([]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([...well, failed]));
    console.error(`traces: the collector took ${spans.length} spans of 201 requests by ${protocol}`);
  },
);

it("Phoenix shows them as calls of models, with tokens, texts and sessions of time", async () => {
  const [port, grpc] = [await findFreePort(), await findFreePort()];
  const phoenix = startTool(installPhoenix(), ["serve"], {
    ...{ PHOENIX_PORT: String(port), PHOENIX_GRPC_PORT: String(grpc), PHOENIX_HOST: "127.0.0.1" },
    ...{ PHOENIX_WORKING_DIR: join(directory, "phoenix"), PHOENIX_TELEMETRY_ENABLED: "false" },
  });
  tools.push(phoenix);
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200), patient);
  const server = await startServer({
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: url, GHOSTLLM_OTEL_TEXTS: "true" },
    OTEL_RESOURCE_ATTRIBUTES: "openinference.project.name=ghostllm",
  });
  const [key] = (await server.admin.apiKeys.list()).data;
  if (key === undefined) throw new Error("there is no key");
  await server.admin.apiKeys.update({ params: { id: key.id }, body: { store_prompts: "request_and_answer" } });
  vendor.script({ kind: "chat", text: "A spirit.", usage });
  let id = "";
  const spansIn = async () => {
    const response = await fetch(`${url}/v1/projects/ghostllm/spans?limit=1000`);
    const { data = [] } = (await response.json()) as { data?: readonly PhoenixSpan[] };
    return data.filter(({ context }) => context.trace_id === id);
  };
  await vi.waitFor(async () => {
    id = await ask(server, { ...chat, stream: true });
    // The policy is in force within a second.
    await vi.waitFor(async () => expect((await spansIn()).length).toBeGreaterThanOrEqual(6), patient);
    expect((await spansIn()).some(({ attributes }) => "output.value" in attributes)).toBe(true);
  }, patient);
  const call = (await spansIn()).find(({ span_kind }) => span_kind === "LLM");
  expect(call?.attributes).toMatchObject({
    ...{ "llm.model_name": "m", "llm.token_count.prompt": 100, "llm.token_count.completion": 20 },
    ...{ "llm.token_count.prompt_details.cache_read": 40, "output.value": "A spirit." },
  });
  console.error(
    `traces: Phoenix shows ${(await spansIn()).map(({ name, span_kind }) => `${name} (${span_kind})`).join(", ")}`,
  );
});

interface PhoenixSpan {
  readonly name: string;
  readonly span_kind: string;
  readonly context: { readonly trace_id: string; readonly span_id: string };
  readonly attributes: Readonly<Record<string, unknown>>;
}
