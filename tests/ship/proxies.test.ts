// HAProxy and Caddy, as deploy/ configures them, before two instances: streams come as they are written, sockets pass, and
// an instance that stops costs nobody a request.

import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findFreePort } from "../../tools/free-port.ts";
import { startServer } from "../support/server.ts";
import type { ReadyServer } from "../support/server.ts";
import { tools } from "./tools.ts";

const deploy = resolve(import.meta.dirname, "../../deploy");

interface Proxy {
  readonly name: string;
  readonly program: string | null;
  /** Below `deploy`. */
  readonly file: string;
  parameters(file: string): readonly string[];
}

const proxies: readonly Proxy[] = [
  { name: "HAProxy", program: tools.haproxy(), file: "haproxy/haproxy.cfg", parameters: (file) => ["-f", file] },
  {
    ...{ name: "Caddy", program: tools.caddy(), file: "caddy/Caddyfile" },
    parameters: (file) => ["run", "--config", file, "--adapter", "caddyfile"],
  },
];

let vendor: FakeUpstream;
let folder = "";
/** The same for both instances, which share nothing else here. */
let key = "";

beforeAll(async () => {
  vendor = await startFakeUpstream();
  folder = mkdtempSync(join(tmpdir(), "ghostllm-proxies-"));
});
afterAll(async () => {
  await vendor.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startInstance(port: number): Promise<ReadyServer> {
  const environment = {
    ...{ SERVER_PORT: String(port), SERVER_TRUSTED_PROXIES: "loopback", GHOSTLLM_SHUTDOWN_DELAY_MS: "3000" },
    ...{ ADMIN_EMAIL: "admin@example.com", OPENAI_API_KEY: "sk-of-the-vendor" },
  };
  const server = await startServer({ upstreamUrl: vendor.url, environment });
  const { data } = await server.admin.users.list();
  const owner = { name: "shared", user_id: data[0]?.id ?? "" };
  if (key === "") ({ key } = await server.admin.apiKeys.create({ body: owner }));
  else {
    const hash = createHash("sha256").update(key).digest("hex");
    await server.admin.apiKeys.import({ body: { ...owner, sha256: hash } });
  }
  return server;
}

/** On ports of this run, and with whatever else it would write within a folder of its own. */
function configured({ file }: Proxy, ports: Readonly<Record<"8080" | "8081" | "8082", number>>): string {
  const text = readFileSync(join(deploy, file), "utf8");
  const changed = Object.entries(ports).reduce(
    (now, [usual, port]) => now.replaceAll(new RegExp(`(:|\\b127\\.0\\.0\\.1:)${usual}\\b`, "g"), `$1${port}`),
    text,
  );
  const path = join(folder, file.replace("/", "-"));
  writeFileSync(path, changed.replace("bind :", "bind 127.0.0.1:"));
  return path;
}

describe.each(proxies.filter(({ program }) => program !== null))("$name", (proxy) => {
  let instances: readonly ReadyServer[] = [];
  let running: ChildProcess;
  let url = "";

  beforeAll(async () => {
    key = "";
    const [front, one, two] = [await findFreePort(), await findFreePort(), await findFreePort()];
    instances = [await startInstance(one), await startInstance(two)];
    const file = configured(proxy, { "8080": front, "8081": one, "8082": two });
    running = spawn(proxy.program ?? "", proxy.parameters(file), {
      stdio: "ignore",
      env: { PATH: process.env["PATH"], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    });
    url = `http://127.0.0.1:${front}`;
    await vi.waitUntil(isReady, { timeout: 30_000, interval: 100 });
  });
  afterAll(async () => {
    running?.kill("SIGKILL");
    await Promise.all(instances.map((one) => one.stop()));
  });

  const isReady = (): Promise<boolean> =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );

  const ask = (body: object): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Hi" }], ...body }),
    });

  it("passes a stream on as it is written", async () => {
    vendor.script({ kind: "chat", chunks: 10, paceMs: 150 });
    const startedAt = performance.now();
    const response = await ask({ stream: true });
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
    await reader.read();
    const firstAt = performance.now();
    for (let part = await reader.read(); !part.done; part = await reader.read());
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(performance.now() - firstAt).toBeGreaterThan((firstAt - startedAt) * 1.5);
  });

  it("passes chats over a WebSocket", async () => {
    vendor.script({ kind: "chat", text: "Hello from afar" });
    const socket = new WebSocket(`${url.replace("http", "ws")}/v1/chat/stream`);
    const answer = await new Promise<string>((resolved, failed) => {
      let said = "";
      socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "auth", token: key })));
      socket.addEventListener("error", () => failed(new Error("the socket failed")));
      socket.addEventListener("message", ({ data: text }) => {
        const message = JSON.parse(String(text)) as { type: string; content?: string };
        const data = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Hi" }] };
        if (message.type === "ready") socket.send(JSON.stringify({ type: "chat", id: "one", data }));
        said += message.content ?? "";
        if (message.type === "done") resolved(said);
        if (message.type === "error") failed(new Error(String(text)));
      });
    });
    socket.close();
    expect(answer).toBe("Hello from afar");
  });

  it("loses nobody's request when an instance stops", async () => {
    vendor.script({ kind: "chat", text: "Hello", delayMs: 50 });
    const [leaving] = instances;
    const statuses: number[] = [];
    const asking: Promise<unknown>[] = [];
    const stopping = sleep(1_000).then(() => {
      leaving?.signal("SIGTERM");
      return leaving?.exit;
    });
    const isStopping = (): boolean => leaving?.hasExited === false;
    while (isStopping() || asking.length < 100) {
      asking.push(
        ask({}).then(
          async (response) => {
            await response.text();
            statuses.push(response.status);
          },
          () => statuses.push(0),
        ),
      );
      await sleep(25);
    }
    await Promise.all([...asking, stopping]);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(statuses.length).toBeGreaterThan(100);
  });
});
