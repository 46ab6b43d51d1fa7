// Streams that clients come back to: whatever has happened to their connection, they are told all of it once, and it is one request.

import type { Script } from "@ghostllm/fake-upstream";
import { afterEach, describe, expect, it } from "vitest";
import { makePrincipal, testKey } from "./support/gateway.ts";
import { chatPath, helloStream, readError, startStage, waitFor } from "./support/stage.ts";
import type { Stage, StageSettings } from "./support/stage.ts";

const otherKey = "gk-otherotherot-0123456789abcdef";
const principals = {
  [testKey]: makePrincipal(),
  [otherKey]: makePrincipal({ keyId: "key-2" }),
};
const asked = { "x-ghostllm-resumable": "true" };
const slow: Script = {
  kind: "chat",
  text: "one two three four five six",
  paceMs: 40,
  usage: { prompt_tokens: 3, completion_tokens: 6, total_tokens: 9 },
};
const grace = { bytes: 2 ** 26, streamBytes: 2 ** 20, graceMs: 300, keptMs: 60_000 };

let stage: Stage;
afterEach(() => stage.close());

async function start(settings: StageSettings = {}): Promise<void> {
  const { streams = grace, ...capacity } = settings.capacity ?? {};
  stage = await startStage({ snapshot: { principals }, ...settings, capacity: { ...capacity, streams } });
  stage.upstream.script(slow);
}

/** Reads until so many events have come, and leaves. */
async function readEvents(response: Response, most: number): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return text;
    text += part.value;
    const events = text.split("\n\n");
    if (events.length > most) {
      await reader?.cancel();
      return `${events.slice(0, most).join("\n\n")}\n\n`;
    }
  }
}

const lastIdOf = (text: string): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? "";
const withoutIds = (text: string): string => text.replaceAll(/^id: .*\n/gm, "");
const get = (id: string, headers: Record<string, string> = {}, key = testKey): Promise<Response> =>
  fetch(`${stage.gateway.url}/v1/streams/${id}`, { headers: { authorization: `Bearer ${key}`, ...headers } });

describe("a stream that its client may come back to", () => {
  it("is told as every other one but for its ids, and is one of them only where that is asked for", async () => {
    await start();
    const plain = await stage.post(helloStream);
    const resumable = await stage.post(helloStream, chatPath, { headers: asked });
    expect([plain.headers.get("x-ghostllm-stream"), resumable.headers.get("x-ghostllm-stream")]).toEqual([
      null,
      resumable.headers.get("x-request-id"),
    ]);
    const [one, other] = [await plain.text(), await resumable.text()];
    expect(one).not.toContain("\nid: ");
    const strip = (text: string): string => withoutIds(text).replaceAll(/"(id|created)":("[^"]*"|\d+)/g, "");
    expect(strip(other)).toBe(strip(one));
    expect(other.match(/^id: /gm)).toHaveLength(other.split("\n\n").length - 1);
  });

  it("goes on behind each event, by the same request again or by its id, and is recorded once", async () => {
    await start();
    const whole = await (await stage.post(helloStream, chatPath, { headers: asked })).text();
    const events = whole.split("\n\n").length - 1;
    expect(events).toBeGreaterThan(6);
    for (let cut = 1; cut <= events; cut += 1) {
      const first = await stage.post(helloStream, chatPath, { headers: asked });
      const id = first.headers.get("x-ghostllm-stream") ?? "";
      const before = await readEvents(first, cut);
      const place = { "last-event-id": lastIdOf(before) };
      const again = cut % 2 === 0 ? await get(id, place) : await stage.post(helloStream, chatPath, { headers: place });
      expect([again.status, again.headers.get("x-ghostllm-stream")]).toEqual([200, id]);
      const joined = before + (await again.text());
      const told = await (await get(id)).text();
      expect(joined).toBe(told);
      expect(joined).toContain("data: [DONE]");
    }
    expect(stage.upstream.received).toHaveLength(events + 1);
    await waitFor(() => stage.gateway.records.length === events + 1);
    expect(stage.gateway.records.every(({ status }) => status === "ok")).toBe(true);
  });

  it("is nobody else's, and no other place is one", async () => {
    await start();
    const first = await stage.post(helloStream, chatPath, { headers: asked });
    const id = first.headers.get("x-ghostllm-stream") ?? "";
    const whole = await first.text();
    expect((await get(id, {}, otherKey)).status).toBe(404);
    expect((await get("0193a5a0-0000-7000-8000-000000000000")).status).toBe(404);
    expect((await get(id, { "last-event-id": `${id}:7` })).status).toBe(400);
    expect((await get(id, { "last-event-id": `${id}:9999999` })).status).toBe(400);
    expect((await get(id, { "last-event-id": "0193a5a0-0000-7000-8000-000000000000:0" })).status).toBe(400);
    expect(await (await get(id)).text()).toBe(whole);
    const unknown = { "last-event-id": "0193a5a0-0000-7000-8000-000000000000:12" };
    expect((await stage.post(helloStream, chatPath, { headers: unknown })).status).toBe(404);
    expect(stage.upstream.received).toHaveLength(1);
    expect((await stage.post(helloStream, chatPath, { headers: { "x-ghostllm-resumable": "perhaps" } })).status).toBe(
      400,
    );
  });

  it("ends when nobody has come back in time: its vendor is told, and it is recorded as left", async () => {
    await start();
    stage.upstream.script({ ...slow, paceMs: 200, text: "a b c d e f g h i j k l m n o p q r s t" });
    const first = await stage.post(helloStream, chatPath, { headers: asked });
    const before = await readEvents(first, 2);
    const leftAt = performance.now();
    const record = await stage.onlyRecord();
    expect(performance.now() - leftAt).toBeGreaterThan(290);
    expect(record).toMatchObject({ status: "client_abort" });
    const [received] = stage.upstream.received;
    await waitFor(() => received?.aborted === true);
    const place = { "last-event-id": lastIdOf(before) };
    const again = await get(first.headers.get("x-ghostllm-stream") ?? "", place);
    expect(again.status).toBe(200);
    await expect(again.text()).rejects.toThrow();
    const uses = await stage.gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]);
    expect(uses[0]).toMatchObject({ reservedNanos: 0, running: 0 });
  });

  it("goes on while somebody reads it, and ends when he has left, too", async () => {
    await start();
    stage.upstream.script({ ...slow, paceMs: 100, text: "a b c d e f g h i j k l m n o p q r s t" });
    const first = await stage.post(helloStream, chatPath, { headers: asked });
    const id = first.headers.get("x-ghostllm-stream") ?? "";
    await readEvents(first, 1);
    const again = await get(id);
    await readEvents(again, 10);
    expect(stage.gateway.records).toHaveLength(0);
    expect(await stage.onlyRecord()).toMatchObject({ status: "client_abort" });
  });

  it("is taken over from a connection that is still there", async () => {
    await start();
    const first = await stage.post(helloStream, chatPath, { headers: asked });
    const again = await get(first.headers.get("x-ghostllm-stream") ?? "");
    await expect(first.text()).rejects.toThrow();
    expect(await again.text()).toContain("data: [DONE]");
    expect(await stage.onlyRecord()).toMatchObject({ status: "ok" });
  });

  it("that is too long goes on, and says that it cannot be come back to", async () => {
    await start({ capacity: { streams: { ...grace, streamBytes: 1_500 } } });
    const first = await stage.post(helloStream, chatPath, { headers: asked });
    const id = first.headers.get("x-ghostllm-stream") ?? "";
    expect(await first.text()).toContain("data: [DONE]");
    const again = await get(id);
    expect([again.status, (await readError(again)).code]).toEqual([410, "stream_not_kept"]);
    const left = await stage.post(helloStream, chatPath, { headers: asked });
    await readEvents(left, 1);
    await waitFor(() => stage.gateway.records.length === 2);
    expect(stage.gateway.records[1]).toMatchObject({ status: "client_abort" });
  });

  it("that breaks off says so to whoever comes back", async () => {
    await start();
    stage.upstream.script({ kind: "cut", of: slow, after: { chunks: 3 } });
    const first = await stage.post(helloStream, chatPath, { headers: asked });
    const id = first.headers.get("x-ghostllm-stream") ?? "";
    await first.text().catch(() => undefined);
    await stage.onlyRecord();
    const again = await get(id);
    const parts: string[] = [];
    await expect(
      (async () => {
        for await (const part of again.body?.pipeThrough(new TextDecoderStream()) ?? []) parts.push(part);
      })(),
    ).rejects.toThrow();
    expect(parts.join("")).toContain("provider_error");
  });

  it("hears comments within an event's room, so that no client takes them for an event", async () => {
    await start({ timeouts: { streamKeepAliveMs: 30 } });
    stage.upstream.script({ ...slow, paceMs: 100 });
    const response = await stage.post(helloStream, chatPath, { headers: asked });
    const whole = await response.text();
    expect(whole).toContain(": keep-alive\n");
    expect(whole).not.toContain(": keep-alive\n\n");
    expect(await (await get(response.headers.get("x-ghostllm-stream") ?? "")).text()).toBe(whole);
  });
});
