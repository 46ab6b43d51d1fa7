// Parts of link that are in another process answer later, and not always. What comes later changes nothing; what does not come
// costs nobody an answer that a vendor gave.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "#domain/clock.ts";
import type { Link } from "#link/link.ts";
import { createMemoryLink } from "#link/memory/memory-link.ts";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { pause } from "./support/stage.ts";

const annKey = "gk-annannannann-0123456789abcdef";
const bobKey = "gk-bobbobbobbob-0123456789abcdef";

/** The same, some turns of the event loop later. */
function later<Part extends object>(part: Part): Part {
  return new Proxy(part, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...input: readonly unknown[]): Promise<unknown> => {
        await pause(3);
        return Reflect.apply(method, target, input);
      };
    },
  });
}

function elsewhere(): Pick<Link, "counters" | "owners" | "turns" | "pendingAnswers"> {
  const { counters, owners, turns, pendingAnswers } = createMemoryLink({ clock: systemClock });
  return {
    counters: later(counters),
    owners: later(owners),
    turns: later(turns),
    pendingAnswers: later(pendingAnswers),
  };
}

const gone = (): Promise<never> => Promise.reject(new Error("connection lost"));

let upstream: FakeUpstream;
let gateway: TestGateway;

beforeEach(async () => {
  upstream = await startFakeUpstream();
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

async function start(type: "anthropic" | "openai", link: Parameters<typeof startGateway>[1]): Promise<void> {
  const provider = makeProvider(type, type === "openai" ? `${upstream.url}/v1` : upstream.url);
  const principals = { [annKey]: makePrincipal({ userId: "ann" }), [bobKey]: makePrincipal({ userId: "bob" }) };
  gateway = await startGateway(makeSnapshot({ targets: [makeTarget(provider, "m")], principals }), link);
}

async function send(method: string, path: string, body?: object, key = annKey): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(gateway.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

const thinking = { type: "thinking", thinking: "Which city?", signature: "c2lnbmVk" };
const call = { type: "tool_use", id: "toolu_01", name: "weather", input: { city: "Paris" } };
const thought = {
  ...{ id: "msg_1", type: "message", role: "assistant", model: "m", stop_sequence: null },
  content: [thinking, call],
  stop_reason: "tool_use",
  usage: { input_tokens: 10, output_tokens: 5 },
};
const question = { role: "user", content: "The weather in Paris?" };
const calling = { id: "toolu_01", type: "function", function: { name: "weather", arguments: '{"city":"Paris"}' } };
const history = [
  question,
  { role: "assistant", content: null, tool_calls: [calling] },
  { role: "tool", tool_call_id: "toolu_01", content: "Rain" },
];

/** What the vendor is told of its own turn when its client comes back with the results; `padding` makes a request large. */
async function askTwice(padding = ""): Promise<unknown> {
  for (const messages of [[question], [{ ...question, content: question.content + padding }, ...history.slice(1)]]) {
    upstream.script({ kind: "answer", body: thought });
    const response = await send("POST", "/v1/chat/completions", { model: "m", messages });
    expect(response.status).toBe(200);
    await response.text();
  }
  const sent = upstream.received.at(-1)?.json() as { messages: { role: string; content: unknown }[] } | undefined;
  return sent?.messages.find(({ role }) => role === "assistant")?.content;
}

const queued = { id: "resp_1", object: "response", status: "queued", model: "m", output: [], usage: null };
const usage = { input_tokens: 1, output_tokens: 9, total_tokens: 10 };
const done = { ...queued, status: "completed", usage };

describe("a link that answers later", () => {
  it.each(["", "x".repeat(200_000)])("gives thoughts back that their client dropped (%#)", async (padding) => {
    await start("anthropic", elsewhere());
    expect(await askTwice(padding)).toEqual([thinking, call]);
    expect(gateway.records).toMatchObject([{ status: "ok" }, { status: "ok" }]);
  });

  it("knows whose the answers are that vendors keep, and records what they do in the background once", async () => {
    await start("openai", elsewhere());
    upstream.script({ kind: "answer", body: queued });
    const begun = await send("POST", "/v1/responses", { model: "m", input: "hi", background: true, store: true });
    expect(begun.status).toBe(200);
    expect(gateway.records).toEqual([]);
    expect((await send("GET", "/v1/responses/resp_1", undefined, bobKey)).status).toBe(404);
    upstream.script({ kind: "answer", body: done });
    expect((await send("GET", "/v1/responses/resp_1")).status).toBe(200);
    expect((await send("GET", "/v1/responses/resp_1")).status).toBe(200);
    const told = gateway.records.filter(({ completionTokens }) => completionTokens === 9);
    expect(told).toMatchObject([{ userId: "ann", requestedModel: "m", status: "ok" }]);
    const goesOn = { model: "m", input: "and?", previous_response_id: "resp_1" };
    expect((await send("POST", "/v1/responses", goesOn)).status).toBe(200);
    expect((await send("POST", "/v1/responses", goesOn, bobKey)).status).toBe(404);
  });
});

describe("a link that does not answer", () => {
  it("lets a model go on without its thoughts", async () => {
    await start("anthropic", { turns: { find: gone, keep: gone } });
    expect(await askTwice()).toEqual([call]);
    expect(gateway.records).toMatchObject([{ status: "ok" }, { status: "ok" }]);
  });

  it("costs no answer whose owner cannot be remembered", async () => {
    await start("openai", { owners: { find: () => new Map(), keep: gone } });
    upstream.script({ kind: "answer", body: done });
    expect((await send("POST", "/v1/responses", { model: "m", input: "hi", store: true })).status).toBe(200);
    expect(gateway.records).toMatchObject([{ status: "ok" }]);
  });
});
