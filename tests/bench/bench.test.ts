import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startFakeUpstream, type FakeUpstream, type Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findFreePort } from "../../tools/free-port.ts";
import { loopbackEndpoint } from "./connection.ts";
import { writeBetweenMarkers } from "./docs.ts";
import { measureThroughput, proveThatItWorks } from "./measure.ts";
import { readOptions } from "./options.ts";
import { readPeers, startPeers } from "./peers.ts";
import { readCpuTime, readMemory } from "./process-usage.ts";
import { renderReport } from "./report.ts";
import { balancedRatio, median, percentile, sortNumbers } from "./statistics.ts";
import { loadStreams } from "./stream-load.ts";
import { renderRequest } from "./connection.ts";
import type { Stoppable, Target } from "./targets.ts";
import { measureCodecs, playOnce } from "./codecs.ts";
import { translatedWorkloads } from "./translated-workloads.ts";
import { pacedWorkload, workloads, type Workload } from "./workloads.ts";

let upstream: FakeUpstream;
let target: Target;
beforeEach(async () => {
  upstream = await startFakeUpstream();
  target = { name: "direct", url: upstream.url, pid: null, key: "k", model: "m" };
});
afterEach(() => upstream.close());

describe("load", () => {
  test("every workload is of the size that it says, and is served", async () => {
    for (const workload of workloads) {
      upstream.script(workload.script);
      await proveThatItWorks(target, workload);
    }
    const sizes = upstream.received.map((request) => request.body.length);
    expect(sizes[0]).toBeGreaterThan(250);
    expect(sizes[0]).toBeLessThan(350);
    expect(sizes[1]).toBeGreaterThan(98_000);
    expect(sizes[1]).toBeLessThan(106_000);
  });

  test.each(translatedWorkloads)("$title: all words come, translated", (workload) => {
    const written = Buffer.concat(playOnce(workload)).toString("utf8");
    expect(written.endsWith(workload.answerEnd)).toBe(true);
    // A dialect may tell the whole text once more at its end.
    expect(new Set(written.match(/ word\d+/g)).size).toBe(60);
    expect(measureCodecs(workload, 0.01)).toBeGreaterThan(0);
  });

  test("requests, errors and CPU are counted", async () => {
    const [small] = workloads as [Workload];
    upstream.script(small.script);
    const good = await measureThroughput({ ...target, pid: process.pid }, small, { concurrency: 3, seconds: 0.2 });
    expect(good.requests).toBe(upstream.received.length);
    expect(good).toMatchObject({ errors: 0, p50Ms: expect.any(Number) });
    expect(good.cpu?.totalMicros).toBeGreaterThan(0);
    upstream.script({ kind: "error", status: 429 });
    const bad = await measureThroughput(target, small, { concurrency: 3, seconds: 0.1 });
    expect(bad.requests).toBe(0);
    expect(bad.errors).toBeGreaterThan(3);
    await expect(proveThatItWorks(target, small)).rejects.toThrow("status 429");
  });

  test("a connection that is cut counts as an error and is replaced", async () => {
    const [small] = workloads as [Workload];
    let count = 0;
    upstream.script(() => ((count += 1) % 5 === 0 ? { kind: "cut", after: "headers" } : small.script));
    const result = await measureThroughput(target, small, { concurrency: 2, seconds: 0.3 });
    expect(result.errors).toBeGreaterThan(0);
    expect(result.requests).toBeGreaterThan(result.errors * 3);
  });

  test("only loopback is loaded", () => {
    expect(loopbackEndpoint("http://127.0.0.1:81")).toEqual({ host: "127.0.0.1", port: 81 });
    expect(loopbackEndpoint("http://[::1]:81")).toEqual({ host: "::1", port: 81 });
    for (const url of ["http://10.0.0.1", "http://127.0.0.1.example.org", "https://localhost", "http://0.0.0.0:1"]) {
      expect(() => loopbackEndpoint(url)).toThrow("only loads");
    }
  });
});

describe("streams", () => {
  const watch = async (script: Script, more: { vanish?: boolean } = {}) => {
    upstream.script(script);
    const { body } = pacedWorkload(6, 0.3);
    const endpoint = loopbackEndpoint(upstream.url);
    const request = renderRequest({ endpoint, path: "/v1/chat/completions", key: "k", body: body("m") });
    return loadStreams({ endpoint, request, streams: 4, chunks: 6, seconds: 0.3, rampMs: 20, ...more });
  };

  test("whole streams at pace have no stall", async () => {
    const result = await watch(pacedWorkload(6, 0.3).script);
    expect(result).toMatchObject({ streams: 4, completed: 4, failed: 0, stalls: 0, fewestEvents: 10 });
    expect(result.maxGapMs).toBeGreaterThan(40);
  });

  test("silences and broken streams are seen", async () => {
    const slow = await watch({ kind: "raw", text: "data: a\n\ndata: [DONE]\n\n", perEvent: true, paceMs: 400 });
    expect(slow).toMatchObject({ completed: 4, stalls: 4 });
    const cut = await watch({ kind: "cut", after: { chunks: 2 }, of: pacedWorkload(6, 0.3).script });
    expect(cut).toMatchObject({ completed: 0, failed: 4, fewestEvents: 2 });
  });

  test("clients that vanish leave nothing open", async () => {
    const result = await watch(pacedWorkload(6, 0.3).script, { vanish: true });
    expect(result.completed).toBe(0);
    await upstream.waitUntil(() => upstream.openSockets() === 0);
    expect(upstream.received.map((request) => request.aborted)).toEqual([true, true, true, true]);
  });
});

describe("figures", () => {
  test("percentiles by nearest rank, medians of even and odd counts", () => {
    const values = sortNumbers([5, 1, 4, 2, 3]);
    expect([percentile(values, 50), percentile(values, 99), percentile(values, 1)]).toEqual([3, 5, 1]);
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
    // Who goes first is dearer by a half: of equals nothing is left of it.
    expect(balancedRatio([1.5, 1 / 1.5, 1.5, 1 / 1.5])).toBeCloseTo(1, 10);
    expect([balancedRatio([2, 2, 8, 8, 9]), balancedRatio([1.2]), balancedRatio([])]).toEqual([5, 1.2, Number.NaN]);
  });

  test.runIf(process.platform === "linux")("CPU and memory of a process with its children", () => {
    const before = readCpuTime(process.pid);
    spawnSync(process.execPath, ["-e", ""]);
    for (const from = process.cpuUsage(); process.cpuUsage(from).user < 60_000;) Math.sqrt(2);
    const used = readCpuTime(process.pid).totalMicros - before.totalMicros;
    expect(used).toBeGreaterThan(30_000);
    const memory = readMemory(process.pid);
    expect(memory.residentMegabytes).toBeGreaterThan(20);
    expect(memory.peakMegabytes).toBeGreaterThanOrEqual(memory.residentMegabytes * 0.9);
  });

  test("the report sets every target beside nginx and direct", () => {
    const round = (totalMicros: number | null, p50Ms: number) => ({
      requests: 10,
      errors: 1,
      requestsPerSecond: 100,
      p50Ms,
      p99Ms: p50Ms * 2,
      settleMs: 0,
      cpu: totalMicros === null ? null : { totalMicros, userMicros: 30, systemMicros: 10 },
    });
    const entry = (name: string, cpu: number | null, p50Ms: number) => ({
      workload: "small",
      target: name,
      rounds: [round(cpu, p50Ms), round(cpu, p50Ms)],
    });
    const nothing = { throughput: [], latency: [], translated: [], streams: [], memory: [], pairs: [] };
    const entries = [entry("direct", null, 1), entry("nginx", 20, 1.5), entry("mine", 50, 2)];
    const text = renderReport({ ...nothing, throughput: entries, latency: entries });
    expect(text).toMatch(
      /small chat request *\| mine *\| 50 *\| 2\.50 *\| 75 % *\| 100 *\| 2\.00 *\| 4\.00 *\| 0\.0 *\| 2 /,
    );
    expect(text).toMatch(/\| mine *\| 2\.00 *\| 4\.00 *\| 1\.00 *\| 2\.00 *\| 0\.50 *\| 1\.00 /);
    expect(text).not.toContain("paced streams");
    const compared = { ...nothing, throughput: entries, pairs: [{ here: "mine", there: "nginx" }] };
    expect(renderReport(compared)).toMatch(/full load: small *\| mine *\| 50 *\| nginx *\| 20 *\| 2\.500 /);
    const streams = ["passed", "gemini-to-chat"].map((workload, at) => ({
      ...entry("mine", 600 * (at + 1), 1),
      ...{ workload, codecNanos: 5_500 },
    }));
    const translated = renderReport({ ...nothing, translated: streams });
    expect(translated).toMatch(/gemini for openai-chat *\| 1200 *\| 2\.00 *\| 20\.0 *\| 5\.50 *\| 75 % *\| 100 *\| 2 /);
  });

  test("streams are told with the memory that they took", () => {
    const round = (megabytesBefore: number, mostMegabytes: number) => ({
      ...{ streams: 1_000, completed: 1_000, failed: 0, stalls: 0, maxGapMs: 60, fewestEvents: 60 },
      ...{ firstChunkP50Ms: 1, firstChunkP99Ms: 2, cpu: { totalMicros: 900, userMicros: 500, systemMicros: 400 } },
      memory: { megabytesBefore, mostMegabytes },
    });
    const nothing = { throughput: [], latency: [], translated: [], memory: [], pairs: [] };
    const entry = { workload: "paced", target: "mine", rounds: [round(100, 120), round(110, 140)] };
    expect(renderReport({ ...nothing, streams: [entry] })).toMatch(/\| mine .*\| 900 *\| - *\| 41 *\|/);
  });

  test("peers are read from a file, told the vendor, and measured as the rest", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-peers-"));
    const file = join(folder, "peers.json");
    const write = (peers: unknown) => writeFileSync(file, JSON.stringify(peers));
    write([{ name: "itself 1.0", url: upstream.url, headers: { "x-vendor": "{upstream}/v1" } }]);
    const [peer] = await startPeers(readPeers(file, upstream.url), []);
    const [small] = workloads as [Workload];
    upstream.script(small.script);
    await proveThatItWorks(peer as Target, small);
    expect(upstream.received.at(-1)?.headers["x-vendor"]).toBe(`${upstream.url}/v1`);
    write([{ name: "far away", url: "http://10.0.0.1" }]);
    expect(() => readPeers(file, upstream.url)).toThrow("only loads");
    write([{ name: "", adress: "x" }]);
    expect(() => readPeers(file, upstream.url)).toThrow(/does not list peers[^]*adress/);
    rmSync(folder, { recursive: true });
  });

  test("peers are started where they say how, once a URL, and stopped", async () => {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    const serve = `require("http").createServer((_, r) => r.end()).listen(${port}, "127.0.0.1")`;
    const entry = { url, start: [process.execPath, "-e", serve] };
    const folder = mkdtempSync(join(tmpdir(), "bench-peers-"));
    writeFileSync(
      join(folder, "peers.json"),
      JSON.stringify([
        { name: "a", ...entry },
        { name: "b", ...entry },
      ]),
    );
    const running: Stoppable[] = [];
    const targets = await startPeers(readPeers(join(folder, "peers.json"), upstream.url), running);
    expect(targets[0]?.pid).toBeGreaterThan(1);
    expect(targets[1]?.pid).toBe(targets[0]?.pid);
    for (const each of running) await each.stop();
    await expect(fetch(url)).rejects.toThrow();
    rmSync(folder, { recursive: true });
  });

  test("options are bounded", () => {
    expect(readOptions(["--quick", "--no-nginx", "--lanes", "governed"])).toMatchObject({
      rounds: 1,
      withNginx: false,
      lanes: ["governed"],
    });
    expect(() => readOptions(["--seconds", "1e9"])).toThrow("--seconds");
    expect(() => readOptions(["--lanes", "fast"])).toThrow("fast");
    expect(readOptions(["--only", "small,paced", "--against", "HEAD~1"])).toMatchObject({
      parts: new Set(["small", "paced"]),
      against: "HEAD~1",
    });
    expect(() => readOptions(["--only", "smal"])).toThrow("smal");
    expect(readOptions(["--help"])).toBe("help");
  });

  test("the table goes between the markers and nowhere else", () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-docs-"));
    const page = pathToFileURL(join(folder, "page.md"));
    writeFileSync(page, "a\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nz\n");
    writeBetweenMarkers(page, "new");
    expect(readFileSync(page, "utf8")).toBe("a\n<!-- bench:begin -->\n\nnew\n\n<!-- bench:end -->\nz\n");
    writeFileSync(page, "no markers");
    expect(() => writeBetweenMarkers(page, "new")).toThrow("bench:begin");
    rmSync(folder, { recursive: true });
  });
});
