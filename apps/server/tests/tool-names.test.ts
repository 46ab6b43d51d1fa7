// Names of tools that a vendor would refuse: it is told shorter or plainer ones, and the client its own, wherever they stand.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answers, callsIn } from "./support/talk.ts";
import type { VendorName } from "./support/talk.ts";
import { crossingPairs as pairs, startTalking } from "./support/talk-vendors.ts";
import type { Talking } from "./support/talk-vendors.ts";

let talking: Talking;

beforeAll(async () => {
  talking = await startTalking(strict.map(([dialect, type, model]) => [dialect, type, model] as const));
});
beforeEach(() => talking.upstream.clear());
afterAll(() => talking.close());

const long = `mcp__${"weather_station_".repeat(9)}read`;
const names = [long, `${long}2`, "files.read:v2", "3d_render", "a/b c", "größe", "f"];
const taken: Readonly<Record<VendorName, RegExp>> = {
  "openai-chat": /^[a-zA-Z0-9_-]{1,64}$/,
  "openai-responses": /^[a-zA-Z0-9_-]{1,64}$/,
  "anthropic-messages": /^[a-zA-Z0-9_-]{1,128}$/,
  gemini: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  ollama: /^.+$/,
  "bedrock-converse": /^[a-zA-Z0-9_-]{1,64}$/,
};

/** In the order of the tools, then wherever else they stand. */
function namesIn(body: string): readonly string[] {
  return [...body.matchAll(/"(?:name|tool_name)":"([^"]*)"/g)].map(([, name = ""]) => name);
}

describe.each(pairs)("a client of %s with a vendor of %s", (client, vendor) => {
  it("has names in requests that the vendor takes, each its own, the same throughout", async () => {
    talking.upstream.script(answers[vendor]([], false));
    const turns = [names.map((name, at) => ({ id: `c${at}`, name, args: "{}", result: "1" }))];
    const { headers } = await talking.ask(client, vendor, { tools: names, turns, mustCall: long });
    const told = namesIn(talking.asked());
    const different = new Set(told);
    expect(different.size).toBe(names.length);
    for (const name of different) expect(name).toMatch(taken[vendor]);
    const notes = headers.get("x-ghostllm-notes") ?? "";
    if (vendor === "ollama") expect(notes).not.toContain("names of tools");
    else expect(notes).toContain("names of tools");
    expect(told).toContain("f");
  });

  it.each([false, true])("is told its own names of calls, streamed: %s", async (stream) => {
    talking.upstream.script(answers[vendor]([], false));
    await talking.ask(client, vendor, { tools: names });
    const told = [...new Set(namesIn(talking.asked()))];
    talking.upstream.script(
      answers[vendor](
        told.map((name, at) => ({ id: `c${at}`, name, args: "{}" })),
        stream,
      ),
    );
    const { text } = await talking.ask(client, vendor, { tools: names, stream });
    expect(callsIn(client, text).map(({ name }) => name)).toEqual(names);
  });
});

const strict = [
  ["openai-chat", "openai", "gpt-4o"],
  ["openai-chat", "groq", "a-groq-model"],
  ["openai-chat", "mistral", "mistral-large-latest"],
  ["anthropic-messages", "anthropic", "claude-sonnet-4-5"],
  ["gemini", "google", "gemini-2.5-pro"],
] as const;

describe.each(strict)("a client of %s with %s, which speaks the same", (dialect, type, model) => {
  it.each([false, true])("has its own names, and the vendor such as it takes, streamed: %s", async (stream) => {
    talking.upstream.script(answers[dialect]([], false));
    const turns = [names.map((name, at) => ({ id: `c${at}`, name, args: "{}", result: "1" }))];
    const { headers } = await talking.ask(dialect, dialect, {
      model: `${type}-${dialect}/${model}`,
      tools: names,
      turns,
    });
    const told = [...new Set(namesIn(talking.asked()))];
    for (const name of told) expect(name).toMatch(taken[dialect]);
    expect(headers.get("x-ghostllm-notes")).toContain("names of tools");
    const calls = told.map((name, at) => ({ id: `d${at}`, name, args: "{}" }));
    talking.upstream.script(answers[dialect](calls, stream));
    const { text } = await talking.ask(dialect, dialect, {
      model: `${type}-${dialect}/${model}`,
      tools: names,
      stream,
    });
    expect(callsIn(dialect, text).map(({ name }) => name)).toEqual(names);
  });
});

it.each(["a.b", "f"])(
  "a name that its vendor takes passes byte for byte, as every one does at a server: %s",
  async (name) => {
    talking.upstream.script(answers["openai-chat"]([], false));
    const tools = `[ {"type":"function","function":{"name":"${name}","parameters":{"examples":[{"name":"a b"}]}}} ]`;
    const body = (model: string) => `{"model":"${model}","messages":[{"role":"user","content":"x"}],"tools":${tools}}`;
    const model = name === "f" ? "gpt-4o" : "a-chat-model";
    await talking.post("/v1/chat/completions", body(model));
    expect(talking.asked()).toBe(body(model));
  },
);

it("keeps what can be read of a name", async () => {
  talking.upstream.script(answers["anthropic-messages"]([], false));
  await talking.ask("openai-chat", "anthropic-messages", { tools: ["files.read:v2", "files_read_v2"] });
  const [first = "", second] = namesIn(talking.asked());
  expect(first).toMatch(/^files_read_v2_\w+$/);
  expect(second).toBe("files_read_v2");
});
