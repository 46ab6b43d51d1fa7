// Lines of requests: one for each, whatever became of it, in standard files whose caps hold to the byte, and without a word of anybody.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { loadConfig } from "#config/load.ts";
import { RequestLines } from "#telemetry/lines/request-lines.ts";
import { openSyslog } from "#telemetry/lines/syslog-outlet.ts";
import { RotatingFile } from "#telemetry/lines/rotating-file.ts";
import template from "../../../deploy/logs/index-template.json" with { type: "json" };
import { createRecord } from "./store-support/records.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

const patient = { timeout: 20_000, interval: 50 };
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ghostllm-logs-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function linesIn(path: string): readonly Record<string, unknown>[] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.each(["1", "2"])("a server with %s workers", (workers) => {
  const secret = "sk-vendor-canary-7f3a";
  let vendor: FakeUpstream;
  let server: WholeServer;
  let path: string;
  let home: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "ghostllm-logs-"));
    path = join(home, "requests.log");
    vendor = await startFakeUpstream();
    server = await startWholeServer({
      ...{ SERVER_WORKERS: workers, GHOSTLLM_LOG_REQUESTS: "true", GHOSTLLM_LOG_STDOUT: "false" },
      ...{ GHOSTLLM_LOG_FILE: path, LOG_LEVEL: "trace" },
    });
    await server.admin.providers.create({
      body: { name: "v", provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: secret },
    });
  });
  afterAll(async () => {
    await server.close();
    await vendor.close();
    rmSync(home, { recursive: true, force: true });
  });

  const ask = async (body: object, key = server.apiKey): Promise<string> => {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ messages: [{ role: "user", content: "a canary-prompt" }], ...body }),
    });
    await response.text();
    return response.headers.get("x-request-id") ?? "";
  };

  it("has one line of each request, with its outcome, and with no prompt, secret, or word of a vendor or a client", async () => {
    // Its models may be asked for at any time.
    vendor.script(({ text }) =>
      text.includes("canary-model")
        ? { kind: "error", status: 400, message: "canary-words of the vendor" }
        : { kind: "chat", text: "canary-answer" },
    );
    const well = [await ask({ model: "v/m" }), await ask({ model: "v/m", stream: true })];
    const refused = await ask({ model: "v/canary-model" });
    const unknown = await ask({ model: "canary-nothing" });
    const stranger = await ask({ model: "v/m" }, `gk-000000000000-${"0".repeat(64)}`);
    const all = [...well, refused, unknown, stranger];
    const told = () => linesIn(path).filter(({ msg }) => msg === "request");
    await vi.waitFor(() => expect(new Set(told().map(({ request_id }) => request_id))).toEqual(new Set(all)), patient);
    const lines = told();
    expect(lines).toHaveLength(all.length);
    const lineOf = (id: string | undefined) => lines.find(({ request_id }) => request_id === id);
    expect(lineOf(well[1])).toMatchObject({ status: "ok", http_status: 200, provider: "v", streamed: true, level: 30 });
    expect(lineOf(refused)).toMatchObject({ status: "error", http_status: 400, level: 40 });
    expect(lineOf(unknown)).toMatchObject({ status: "error", http_status: 404, error_code: "model_not_found" });
    expect(lineOf(stranger)).toMatchObject({ http_status: 401, error_code: "invalid_api_key", api_key_id: null });
    // Whoever searches for them knows the type of each field.
    const typed = new Set(Object.keys(template.template.mappings.properties));
    for (const name of lines.flatMap((line) => Object.keys(line))) if (name !== "time") expect(typed).toContain(name);
    const text = JSON.stringify(lines);
    for (const word of ["canary", secret, server.apiKey]) expect(text).not.toContain(word);
    expect(readFileSync(path, "utf8")).not.toContain("canary-prompt");
    // The server's own log is there, too.
    expect(linesIn(path).length).toBeGreaterThan(lines.length);
    expect(statSync(path).mode & 0o077).toBe(0);
  });
});

describe("lines of many requests", () => {
  it("are as many as are wanted of those that went well, and all of the others", () => {
    const written: string[] = [];
    const lines = new RequestLines({
      ...{ perSecond: 10, worker: null, now: () => 5_000, lost: () => {} },
      write: (some) => written.push(...some),
    });
    for (let index = 0; index < 1_000; index += 1)
      lines.requestFinished(createRecord({ status: index % 100 === 0 ? "error" : "ok" }));
    lines.flush();
    const told = written.map((line) => JSON.parse(line) as { status: string; skipped?: number });
    expect(told.filter(({ status }) => status === "ok")).toHaveLength(10);
    expect(told.filter(({ status }) => status === "error")).toHaveLength(10);
    expect(told.reduce((sum, { skipped = 0 }) => sum + skipped, 0)).toBe(980);
  });
});

describe("a log in files", () => {
  it("keeps its caps to the byte, loses no line but those of the oldest files, and tears none", async () => {
    const path = join(directory, "deep", "server.log");
    const lost: number[] = [];
    const counts = { written: () => {}, lost: (count: number) => void lost.push(count) };
    const log = new RotatingFile({ path, fileBytes: 10_000, files: 4, fileAgeMs: 60_000 }, counts);
    const lineOf = (index: number): string => `${index} ${"ü".repeat(index % 97)}`;
    for (let index = 0; index < 3_000; index += 1) {
      log.write([lineOf(index)]);
      if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    log.write(["x".repeat(10_000)]);
    await log.close();
    expect(lost).toEqual([1]);
    const names = readdirSync(join(directory, "deep")).toSorted();
    expect(names).toEqual(["server.log", "server.log.1", "server.log.2", "server.log.3"]);
    for (const name of names) expect(statSync(join(directory, "deep", name)).size).toBeLessThanOrEqual(10_000);
    // Full to the last line that fits.
    for (const name of names.slice(1))
      expect(statSync(join(directory, "deep", name)).size).toBeGreaterThan(10_000 - 250);
    const kept = names.toReversed().flatMap((name) =>
      readFileSync(join(directory, "deep", name), "utf8")
        .trim()
        .split("\n"),
    );
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, place) => lineOf(3_000 - kept.length + place)));
  });

  it("takes a line that fills a file to the byte, begins the next one when it is old, and goes on after a restart", async () => {
    const path = join(directory, "server.log");
    let now = 1_000_000;
    const settings = { path, fileBytes: 1_024, files: 3, fileAgeMs: 60_000 };
    const counts = { written: () => {}, lost: () => {} };
    const first = new RotatingFile(settings, counts, () => now);
    first.write(["a".repeat(1_023)]);
    await first.close();
    expect(statSync(path).size).toBe(1_024);
    const second = new RotatingFile(settings, counts, () => now);
    second.write(["b"]);
    await vi.waitUntil(() => existsSync(path) && readFileSync(path, "utf8") === "b\n", patient);
    expect(statSync(`${path}.1`).size).toBe(1_024);
    now += 60_000;
    second.write(["c"]);
    await second.close();
    expect([readFileSync(path, "utf8"), readFileSync(`${path}.1`, "utf8")]).toEqual(["c\n", "b\n"]);
  });
});

describe("a receiver of syslog that takes nothing", () => {
  it("makes nobody wait, and takes up no more memory; what is lost is counted, and what is not arrives whole", async () => {
    const sockets: Socket[] = [];
    const chunks: Buffer[] = [];
    const receiver = createServer((socket) => sockets.push(socket.pause())).listen(0, "127.0.0.1");
    await new Promise((resolve) => receiver.once("listening", resolve));
    const { port } = receiver.address() as AddressInfo;
    const counted = { written: 0, lost: 0 };
    const outlet = openSyslog(
      { transport: "tcp", host: "127.0.0.1", port, certificates: null, sender: { host: "h", processId: 7 } },
      { written: (count) => (counted.written += count), lost: (count) => (counted.lost += count) },
    );
    await vi.waitUntil(() => sockets.length === 1, patient);
    const line = JSON.stringify({ level: 30, time: "2026-11-30T20:00:00.000Z", msg: "request", word: "ü".repeat(500) });
    const work = async (): Promise<void> => {
      for (let batch = 0; batch < 200; batch += 1) {
        outlet.write(Array.from({ length: 100 }, () => line));
        await new Promise(setImmediate);
      }
    };
    await work();
    expect(counted.lost).toBeGreaterThan(5_000);
    for (const socket of sockets) socket.on("data", (chunk: Buffer) => chunks.push(chunk)).resume();
    await outlet.close();
    await vi.waitUntil(() => countMessages(Buffer.concat(chunks)) === counted.written, patient);
    expect(counted.written + counted.lost).toBe(20_000);
    receiver.close();
  });
});

/** Of a stream with octet counting, each of which is RFC 5424's; what is still on its way is none. */
function countMessages(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; count += 1) {
    const space = bytes.indexOf(" ", at);
    const end = space + 1 + Number(bytes.toString("latin1", at, space));
    if (space === -1 || end > bytes.length) break;
    expect(bytes.toString("utf8", space + 1, end)).toMatch(
      /^<134>1 2026-11-30T20:00:00\.000Z h ghostllm 7 - - \{.*\}$/,
    );
    at = end;
  }
  return count;
}

it.each(["udp://host:70000x", "http://host:514", "tcp://user@host", "tls://"])("no receiver is at %s", (url) => {
  expect(() => loadConfig({ environment: { GHOSTLLM_LOG_SYSLOG_URL: url }, cwd: "/nonexistent" })).toThrow(
    /syslog URL/,
  );
});
