// Streams that clients come back to: in every dialect, at another instance, when who told them is gone, and many at a time.

import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ScopeMap } from "#domain/access/scope.ts";
import { MemoryStreams } from "#link/memory/streams.ts";
import type { RedisLink } from "#link/redis/redis-link.ts";
import { lostAfterMs } from "#link/streams.ts";
import { hasRedis, startRedis } from "../../../tools/redis.ts";
import type { ThrowAwayRedis } from "../../../tools/redis.ts";
import { linkOver } from "./link-support/redis.ts";
import { askings, names } from "./support/every-dialect.ts";
import { makeSnapshot, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, helloStream, keyHeader, postJson, startStage, TestClock, waitFor } from "./support/stage.ts";
import { everyDialect, models } from "./support/talk-vendors.ts";
import { saying, textIn } from "./support/told-texts.ts";
import { startWholeServer } from "./support/whole-server.ts";

const asked = { "x-ghostllm-resumable": "true" };
const streamOf = (response: Response): string => response.headers.get("x-ghostllm-stream") ?? "";
const go = (gateway: TestGateway, id: string, place: string): Promise<Response> =>
  fetch(`${gateway.url}/v1/streams/${id}`, { headers: { ...keyHeader, "last-event-id": place } });

describe("every dialect", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    upstream = await startFakeUpstream();
    gateway = await startGateway(makeSnapshot({ targets: everyDialect(upstream.url) }));
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  it.each(names)("of %s goes on at every place, and is told in the same bytes", async (dialect) => {
    const pieces = ["one ", "two ", "three"];
    const { path, body } = askings[dialect](models[dialect], true);
    upstream.script(saying[dialect](pieces, true));
    const response = await postJson(gateway.url + path, body, { headers: asked });
    const whole = await response.text();
    expect(textIn(dialect, whole, true)).toBe(pieces.join(""));
    const isLines = response.headers.get("content-type")?.includes("ndjson") === true;
    const places = isLines
      ? [...whole.matchAll(/\n/g)].map(({ index }) => ({ place: String(index + 1), told: index + 1 }))
      : [...whole.matchAll(/^id: (.*)\n\r?\n/gm)].map(({ 0: line, 1: place = "", index }) => {
          return { place, told: index + line.length };
        });
    expect(places.length).toBeGreaterThan(2);
    for (const { place, told } of places) {
      const again = await go(gateway, streamOf(response), place);
      expect(again.headers.get("content-type")).toBe(response.headers.get("content-type"));
      expect(await again.text()).toBe(whole.slice(told));
    }
  });

  it("is not one to come back to where the answer is whole", async () => {
    const { path, body } = askings["openai-chat"](models["openai-chat"], false);
    upstream.script(saying["openai-chat"](["whole"], false));
    const response = await postJson(gateway.url + path, body, { headers: asked });
    expect([response.status, streamOf(response)]).toEqual([200, ""]);
  });
});

describe.skipIf(!hasRedis())("instances over one Redis", () => {
  let redis: ThrowAwayRedis;
  const links: RedisLink[] = [];
  beforeAll(async () => {
    if (hasRedis()) redis = await startRedis();
  });
  afterEach(async () => {
    for (const link of links.splice(0)) await link.close();
  });
  afterAll(async () => {
    if (hasRedis()) await redis.dispose();
  });

  async function open(keyPrefix: string): Promise<RedisLink> {
    const link = linkOver(redis.url, { keyPrefix, commandTimeoutMs: 2_000 });
    await link.open({ spent: new ScopeMap(), objects: [] });
    await vi.waitFor(() => expect(link.awayBecause).toBeNull(), { timeout: 30_000, interval: 20 });
    links.push(link);
    return link;
  }

  it("tell each other's streams, while they go on and when they are over", async () => {
    const prefix = `test-${randomBytes(6).toString("hex")}`;
    const one = await startStage({ streams: (await open(prefix)).streams });
    const other = await startStage({ streams: (await open(prefix)).streams });
    one.upstream.script({ kind: "chat", text: "one two three four five six seven eight nine ten", paceMs: 50 });
    const first = await one.post(helloStream, chatPath, { headers: asked });
    const leaving = first.body?.getReader();
    await leaving?.read();
    await leaving?.cancel();
    const again = await go(other.gateway, streamOf(first), "0");
    const whole = await again.text();
    expect(whole).toContain("data: [DONE]");
    const repeated = await other.post(helloStream, chatPath, { headers: { "last-event-id": `${streamOf(first)}:0` } });
    expect(await repeated.text()).toBe(whole);
    expect(await one.onlyRecord()).toMatchObject({ status: "ok" });
    expect([one.upstream.received.length, other.upstream.received.length]).toEqual([1, 0]);
    await one.close();
    await other.close();
  });

  it("go on without it where it is away: the stream is whole, and cannot be come back to", async () => {
    const link = await open(`test-${randomBytes(6).toString("hex")}`);
    const stage = await startStage({ streams: link.streams });
    await link.close();
    const response = await stage.post(helloStream, chatPath, { headers: asked });
    expect(await response.text()).toContain("data: [DONE]");
    expect((await go(stage.gateway, streamOf(response), "0")).status).toBe(503);
    await stage.close();
  });
});

describe("a stream", () => {
  it("whose instance is gone says so, in its dialect", async () => {
    const clock = new TestClock();
    const stage = await startStage({ clock });
    const id = "0193a5a0-0000-7000-8000-000000000000";
    const about = { owner: "key-1 user-1 ", dialect: "anthropic-messages", contentType: "text/event-stream" };
    const bytes = Buffer.from("event: ping\ndata: {}\n\n");
    await stage.gateway.deps.streams.append({ id, about, at: 0, bytes, end: null, lifetimeMs: 60_000 });
    clock.ms += lostAfterMs + 1;
    const response = await go(stage.gateway, id, "0");
    const parts: string[] = [];
    await expect(
      (async () => {
        for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) parts.push(part);
      })(),
    ).rejects.toThrow();
    expect(parts.join("")).toContain(`id: ${id}:22`);
    expect(parts.join("")).toContain('"type":"error"');
    await stage.close();
  });

  it("is one of thousands that take no more than they may, whoever comes back to them", async () => {
    const mostBytes = 500_000;
    const streams = new MemoryStreams({ now: () => Date.now(), monotonic: () => performance.now() }, mostBytes);
    const stage = await startStage({ streams });
    stage.upstream.script({ kind: "chat", text: "word ".repeat(10) });
    const statuses = new Map<number, number>();
    const ids: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const some = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const response = await stage.post(helloStream, chatPath, { headers: asked });
          expect(await response.text()).toContain("data: [DONE]");
          return streamOf(response);
        }),
      );
      ids.push(...some);
      expect(streams.bytes).toBeLessThanOrEqual(mostBytes);
    }
    for (const id of ids.slice(-200)) {
      const response = await go(stage.gateway, id, "0");
      await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    }
    expect([...statuses.keys()].every((status) => [200, 404, 410].includes(status))).toBe(true);
    expect(statuses.get(200)).toBeGreaterThan(50);
    await waitFor(() => stage.gateway.records.length === 1_000);
    await stage.close();
  });
});

it("for which there is no room is none to come back to", async () => {
  const streams = new MemoryStreams({ now: () => Date.now(), monotonic: () => performance.now() }, 100);
  const stage = await startStage({ streams });
  const response = await stage.post(helloStream, chatPath, { headers: asked });
  const text = await response.text();
  expect([streamOf(response), text.includes("\nid: "), text.includes("[DONE]")]).toEqual(["", false, true]);
  await stage.close();
});

it("to which nobody listens ends with its server, and is recorded", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "ghostllm-streams-"));
  const upstream = await startFakeUpstream();
  upstream.script({ kind: "chat", text: "word ".repeat(200), paceMs: 100 });
  const environment = {
    ...{ GHOSTLLM_DATA_DIR: dataDir, OPENAI_API_KEY: "sk-vendor", OPENAI_BASE_URL: `${upstream.url}/v1` },
  };
  const first = await startWholeServer(environment);
  const headers = { authorization: `Bearer ${first.apiKey}`, ...asked };
  const body = { ...helloStream, model: "openai/gpt-4o" };
  const response = await postJson(first.url + chatPath, body, { headers });
  const leaving = response.body?.getReader();
  await leaving?.read();
  await leaving?.cancel();
  await first.close();
  const second = await startWholeServer(environment);
  await vi.waitFor(async () => {
    const { data } = await second.admin.usage.list({ query: { limit: 10 } });
    expect(data.map(({ id, status }) => [id, status])).toEqual([[streamOf(response), "shutdown"]]);
  }, 30_000);
  await second.close();
  await upstream.close();
});

it("is asked for with a key as everything else", async () => {
  const stage = await startStage();
  const id = "0193a5a0-0000-7000-8000-000000000000";
  const statuses = await Promise.all(
    [{}, keyHeader, { authorization: `Bearer ${testKey}x` }].map(async (headers) => {
      return (await fetch(`${stage.gateway.url}/v1/streams/${id}`, { headers })).status;
    }),
  );
  expect(statuses).toEqual([401, 404, 401]);
  await stage.close();
});
