// Guardrails are held against requests and answers: of every dialect, whole and streamed, and nothing of what is found is told.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GuardrailPart, TextCheck } from "#domain/guardrails/guardrail.ts";
import { makeGuardrail } from "./support/guardrails.ts";
import { makeSnapshot, startGateway, type TestGateway } from "./support/gateway.ts";
import { postJson } from "./support/stage.ts";
import { clientNames, type ClientName, type VendorName } from "./support/talk.ts";
import { everyDialect, models } from "./support/talk-vendors.ts";
import { saying, textIn } from "./support/told-texts.ts";

let upstream: FakeUpstream;
let gateway: TestGateway;
let known = 0;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  gateway = await startGateway(makeSnapshot({ targets: [] }));
});
beforeEach(() => {
  upstream.clear();
  known = gateway.records.length;
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

function hold(...guardrails: readonly Partial<GuardrailPart>[]): void {
  const held = guardrails.map((change, at) => makeGuardrail({ id: `g${at}`, name: `guard ${at}`, ...change }));
  gateway.swap(makeSnapshot({ targets: everyDialect(upstream.url), guardrails: held }));
}

const words = (...found: readonly string[]): TextCheck => ({
  ...{ kind: "text", words: found, wholeWords: true, patterns: [], window: 200 },
});
const pattern = (...patterns: readonly string[]): TextCheck => ({ ...words(), patterns });
const most = (characters: number) => ({ check: { kind: "size", unit: "characters", most: characters } }) as const;

const prompt = "Tell me of the Bluebird, please";

const bodies: Readonly<
  Record<ClientName, (model: string, text: string, stream: boolean) => readonly [string, object]>
> = {
  "openai-chat": (model, text, stream) => [
    "/v1/chat/completions",
    { model, stream, messages: [{ role: "user", content: text }] },
  ],
  "openai-responses": (model, text, stream) => ["/v1/responses", { model, stream, input: text }],
  "anthropic-messages": (model, text, stream) => [
    "/v1/messages",
    { model, stream, max_tokens: 99, messages: [{ role: "user", content: [{ type: "text", text }] }] },
  ],
  gemini: (model, text, stream) => [
    `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    { contents: [{ role: "user", parts: [{ text }] }] },
  ],
  ollama: (model, text, stream) => ["/api/chat", { model, stream, messages: [{ role: "user", content: text }] }],
};

interface Asked {
  readonly client: ClientName;
  readonly vendor: VendorName;
  readonly stream: boolean;
  readonly text?: string;
}

interface Told {
  readonly status: number;
  readonly body: string;
  readonly isCut: boolean;
  readonly outcomes: string | null;
}

async function ask({ client, vendor, stream, text = "Hi" }: Asked): Promise<Told> {
  const [path, body] = bodies[client](models[vendor], text, stream);
  const response = await postJson(gateway.url + path, body);
  const decoder = new TextDecoder();
  let told = "";
  let isCut = false;
  try {
    for await (const chunk of response.body ?? []) told += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch {
    isCut = true;
  }
  return { status: response.status, body: told, isCut, outcomes: response.headers.get("x-ghostllm-guardrails") };
}

const newRecords = () => gateway.records.slice(known);
const factsOf = () => newRecords().map(({ why }) => why?.guards ?? []);

/** Within a dialect, and across two. */
const ways = clientNames.flatMap((client) => {
  const other: VendorName = client === "anthropic-messages" ? "openai-chat" : "anthropic-messages";
  return [client, other].flatMap((vendor) => [false, true].map((stream) => ({ client, vendor, stream })));
});

describe.each(ways)("a client of $client with a vendor of $vendor, streamed: $stream", (way) => {
  const say = (...pieces: readonly string[]): void => upstream.script(saying[way.vendor](pieces, way.stream));
  const told = ({ body }: Told): string => textIn(way.client, body, way.stream);

  it("is refused what is blocked in a request, and no vendor is asked", async () => {
    hold({ stage: "input" });
    const answer = await ask({ ...way, text: prompt });
    expect([answer.status, answer.body], answer.body).toEqual([400, expect.stringContaining("guard 0")]);
    expect(answer.body).not.toMatch(/bluebird/i);
    expect(answer.outcomes).toBe("guard%200=block");
    expect(upstream.received).toHaveLength(0);
    expect(newRecords()).toHaveLength(0);
  });

  it("asks with what is redacted, and is told what was flagged", async () => {
    hold({ stage: "input", action: "redact" }, { stage: "input", action: "flag", check: words("please") });
    say("Yes");
    const answer = await ask({ ...way, text: prompt });
    expect([answer.status, told(answer)], answer.body).toEqual([200, "Yes"]);
    expect(upstream.received[0]?.text).toContain("Tell me of the [redacted], please");
    expect(answer.outcomes).toBe("guard%200=redact, guard%201=flag");
    expect(factsOf()).toEqual([
      [
        ["guard 0", "input", "redact"],
        ["guard 1", "input", "flag"],
      ],
    ]);
  });

  it("is not told what is blocked in an answer, of which the usage is recorded", async () => {
    hold({ stage: "output" });
    say("It is a ", "blue", "bird", " and sings");
    const answer = await ask(way);
    expect(answer.body).toContain("guard 0");
    expect(answer.body).not.toMatch(/bird|sings/);
    expect([answer.status, answer.isCut]).toEqual(way.stream ? [200, true] : [400, false]);
    const [record] = newRecords();
    expect(record).toMatchObject({ status: "error", errorCode: "content_blocked" });
    expect(record?.completionTokens).toBeGreaterThan(0);
    expect(factsOf()).toEqual([[["guard 0", "output", "block"]]]);
  });

  it("is told something else in place of what is redacted", async () => {
    hold({ stage: "output", action: "redact", replacement: 'a "bird"' });
    say("One blue", "bird", ", two Bluebir", "ds, three BLUE", "BIRD");
    const answer = await ask(way);
    expect([answer.status, told(answer)], answer.body).toEqual([200, 'One a "bird", two Bluebirds, three a "bird"']);
    expect(answer.body).not.toMatch(/bluebird[^s]/i);
    expect(newRecords()).toMatchObject([{ status: "ok", completionTokens: 2 }]);
    expect(factsOf()).toEqual([[["guard 0", "output", "redact"]]]);
  });

  it("is told all of what is only flagged", async () => {
    hold({ stage: "output", action: "flag" });
    say("One blue", "bird");
    const answer = await ask(way);
    expect([answer.status, told(answer)], answer.body).toEqual([200, "One bluebird"]);
    expect(answer.outcomes).toBe(way.stream ? null : "guard%200=flag");
    expect(factsOf()).toEqual([[["guard 0", "output", "flag"]]]);
  });

  it("is told all, byte for byte, where nothing is found", async () => {
    say("One ", "two ", "three");
    hold();
    const plain = await ask(way);
    say("One ", "two ", "three");
    hold({ stage: "output", action: "redact", check: { ...words("stop", "model", "text"), patterns: ["[0-9]{9}"] } });
    const guarded = await ask(way);
    const timeless = (body: string): string =>
      body.replace(/[0-9a-f-]{12,}|[0-9]{8,}|"[^"]*_duration":[0-9]+|"(?:created_at|createTime)":"[^"]+"/g, "");
    expect(timeless(guarded.body)).toBe(timeless(plain.body));
    expect(factsOf()).toEqual([[], []]);
  });

  it("asks and is told no more than so many characters", async () => {
    hold({ stage: "input", ...most(40) }, { stage: "output", ...most(20) });
    say("short");
    expect([(await ask(way)).status, (await ask({ ...way, text: "x".repeat(41) })).status]).toEqual([200, 400]);
    say("It was", " a long", " and cold", " and dark", " night");
    const answer = await ask(way);
    expect(answer.body).toContain("guard 1");
    expect(answer.body).not.toContain("night");
  });
});

describe("what comes in pieces", () => {
  const text = "Her number is 555-0123-4567, and she is at home.";

  it.each(clientNames)("is found wherever it is cut, in %s", async (client) => {
    hold({ stage: "output", action: "redact", check: pattern("[0-9]{3}-[0-9]{4}-[0-9]{4}") });
    for (let cut = 1; cut < text.length; cut += 1) {
      upstream.script(saying[client]([text.slice(0, cut), text.slice(cut)], true));
      const answer = await ask({ client, vendor: client, stream: true });
      expect(textIn(client, answer.body, true), `cut at ${cut}`).toBe("Her number is [redacted], and she is at home.");
    }
  });

  it("is found in a stream of single characters, of which none is told too early", async () => {
    hold({ stage: "output", check: pattern("[0-9]{3}-[0-9]{4}-[0-9]{4}") });
    upstream.script(saying["openai-chat"](Array.from(text), true));
    const answer = await ask({ client: "openai-chat", vendor: "openai-chat", stream: true });
    expect(answer.isCut).toBe(true);
    expect("Her number is ").toContain(textIn("openai-chat", answer.body, true));
  });

  it("is told while it goes on, but for its last characters", async () => {
    hold({ stage: "output", check: { ...pattern("[0-9]{3}"), window: 20 } });
    const pieces = Array.from({ length: 60 }, (_, at) => `word${String.fromCharCode(97 + (at % 26))} `);
    upstream.script(saying["openai-chat"](pieces, true));
    const answer = await ask({ client: "openai-chat", vendor: "openai-chat", stream: true });
    expect(textIn("openai-chat", answer.body, true)).toBe(pieces.join(""));
  });
});

describe("a pattern that would keep others at work for ever", () => {
  it("takes a time that grows with the text, and no more", async () => {
    hold({ stage: "input", check: pattern("^(a+)+$", "(a|aa)*b$", "(.*a){20}x") });
    upstream.script(saying["openai-chat"](["Yes"], false));
    const answer = await ask({
      client: "openai-chat",
      vendor: "openai-chat",
      stream: false,
      text: `${"a".repeat(3_000)}!`,
    });
    expect(answer.status).toBe(200);
  }, 20_000);
});

describe("whom a guardrail holds for", () => {
  it.each([
    ["its key", { holder: { kind: "key", id: "key-1" } }, 400],
    ["another key", { holder: { kind: "key", id: "key-2" } }, 200],
    ["its user", { holder: { kind: "user", id: "user-1" } }, 400],
    ["a team that it is not of", { holder: { kind: "team", id: "team-1" } }, 200],
    ["its model", { models: ["a-chat-*"] }, 400],
    ["another model", { models: ["gpt-*"] }, 200],
    ["answers", { stage: "output" }, 200],
  ] as const)("%s", async (_name, change, status) => {
    hold(change);
    upstream.script(saying["openai-chat"](["Yes"], false));
    const answer = await ask({ client: "openai-chat", vendor: "openai-chat", stream: false, text: prompt });
    expect(answer.status, answer.body).toBe(status);
  });
});

describe("other operations with texts", () => {
  it("are held to guardrails as well", async () => {
    hold({ stage: "input" });
    const model = models["openai-chat"];
    for (const [path, body] of [
      ["/v1/completions", { model, prompt }],
      ["/v1/embeddings", { model, input: ["Hi", prompt] }],
    ] as const)
      expect((await postJson(gateway.url + path, body)).status, path).toBe(400);
    expect(upstream.received).toHaveLength(0);
  });

  it("large ones in another thread, with what is redacted", async () => {
    hold({ stage: "input", action: "redact" });
    upstream.script(saying["openai-chat"](["Yes"], false));
    const text = `${prompt} ${"and more ".repeat(30_000)} bluebird`;
    const answer = await ask({ client: "openai-chat", vendor: "openai-chat", stream: false, text });
    expect(answer.status, answer.body).toBe(200);
    expect(upstream.received[0]?.text).toContain("Tell me of the [redacted], please");
    expect(upstream.received[0]?.text).not.toMatch(/bluebird/i);
  });
});
