import { afterAll, beforeAll, expect, test } from "vitest";
import { startDemoUpstream, type DemoUpstream } from "./demo.ts";
import { ask, eventsOf } from "./testing/client.ts";

let demo: DemoUpstream;
beforeAll(async () => {
  demo = await startDemoUpstream({ wordsPerSecond: 200 });
});
afterAll(() => demo.close());

const say = (content: string, more: object = {}) =>
  ask(demo.url, { body: { model: "demo", messages: [{ role: "user", content }], ...more } });

test("says what it is, answers to the message, and counts", async () => {
  const answer = JSON.parse((await say("What is 12 * 12?")).text);
  expect(answer.model).toBe("demo");
  expect(answer.choices[0].message.content).toMatch(/GhostLLM's built-in demo; no vendor was called.*144/);
  expect(answer.usage.completion_tokens).toBe(answer.choices[0].message.content.split(/\s+/).length);
  expect((await say("good morning")).text).toContain("2 words");
});

test("streams word by word at its pace, with usage when asked", async () => {
  const answer = await say("hello", { stream: true, stream_options: { include_usage: true } });
  const events = eventsOf(answer.text);
  expect(events.length).toBeGreaterThan(30);
  expect(answer.totalMs - answer.headersMs).toBeGreaterThan(events.length * 4);
  expect(events.at(-2)).toMatchObject({ usage: { prompt_tokens: 1 } });
  expect(events.at(-1)).toBe("[DONE]");
});

test("knows n, max_tokens, stop and JSON", async () => {
  const three = JSON.parse((await say("hi", { n: 3, max_tokens: 4 })).text);
  expect(three.choices).toHaveLength(3);
  expect(three.choices[2]).toMatchObject({
    message: { content: "This is GhostLLM's built-in" },
    finish_reason: "length",
  });
  const stopped = JSON.parse((await say("hi", { stop: ";" })).text);
  expect(stopped.choices[0].message.content).toBe("This is GhostLLM's built-in demo");
  const shaped = JSON.parse((await say("hi", { response_format: { type: "json_object" } })).text);
  expect(JSON.parse(shaped.choices[0].message.content)).toHaveProperty("answer");
});

test("serves its two models and no other", async () => {
  const list = JSON.parse((await ask(demo.url, { path: "/v1/models", method: "GET" })).text);
  expect(list.data.map((model: { id: string }) => model.id)).toEqual(["demo", "demo-embedding"]);
  const vectors = await ask(demo.url, { path: "/v1/embeddings", body: { model: "demo-embedding", input: ["a", "b"] } });
  const lengths = JSON.parse(vectors.text).data.map((item: { embedding: number[] }) => Math.hypot(...item.embedding));
  expect(lengths).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5)]);
  expect((await say("hi", { model: "gpt-4o" })).status).toBe(404);
  const legacy = await ask(demo.url, { path: "/v1/completions", body: { model: "demo", prompt: "two words" } });
  expect(JSON.parse(legacy.text).choices[0].text).toContain("2 words");
});
