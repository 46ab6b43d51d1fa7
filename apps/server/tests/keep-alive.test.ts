// What clients of streams hear while a vendor is silent: before its headers, within its answer, and when nothing comes of it.

import type { Script } from "@ghostllm/fake-upstream";
import { afterEach, describe, expect, it } from "vitest";
import { chatPath, helloStream, postJson, readBody, startStage } from "./support/stage.ts";
import type { Stage, StageSettings } from "./support/stage.ts";

let stage: Stage;
afterEach(() => stage.close());

async function start(settings: StageSettings = {}): Promise<void> {
  stage = await startStage({
    random: () => 0,
    ...settings,
    timeouts: { streamKeepAliveMs: 100, ...settings.timeouts },
  });
}

async function ask(script: Script, path = chatPath, body: object = helloStream) {
  stage.upstream.script(script);
  const response = await postJson(stage.gateway.url + path, body);
  return { response, ...(await readBody(response)) };
}

const messages = { model: "fake-model", max_tokens: 9, stream: true, messages: helloStream.messages };
const late: Script = { kind: "slow-headers", delayMs: 450, of: { kind: "chat", text: "one two" } };

describe("a vendor that is silent", () => {
  it("before its headers: the client hears comments, and then the answer", async () => {
    await start();
    const { response, text } = await ask(late);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.has("x-ghostllm-model")).toBe(false);
    expect(text).toMatch(/^(?:: keep-alive\n\n){2,}data: \{/);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect(await stage.onlyRecord()).toMatchObject({ status: "ok", estimated: false });
  });

  it("within its answer: between events, never within one", async () => {
    await start();
    const { text } = await ask({ kind: "chat", text: "one two three", tokensPerSecond: 3 });
    expect(text).toContain(": keep-alive\n\n");
    for (const frame of text.trimEnd().split("\n\n")) expect(frame).toMatch(/^(?:: keep-alive$|data: )/);
  });

  it("is told to Anthropic's clients by comments, and by pings within an answer", async () => {
    await start();
    expect((await ask(late, "/v1/messages", messages)).text).toMatch(/^(?:: keep-alive\n\n){2,}event: message_start\n/);
    const { text } = await ask({ kind: "chat", text: "one two three", tokensPerSecond: 3 }, "/v1/messages", messages);
    expect(text).toContain('event: ping\ndata: {"type": "ping"}\n\n');
  });

  it("is told to nobody whose client could not read it", async () => {
    await start();
    const contents = { contents: [{ role: "user", parts: [{ text: "hello" }] }] };
    const gemini = await ask(late, "/v1beta/models/fake-model:streamGenerateContent?alt=sse", contents);
    expect(gemini.text).toMatch(/^data: \{/);
    const ollama = await ask(late, "/api/chat", { model: "fake-model", messages: helloStream.messages });
    expect(ollama.text).toMatch(/^\{"model"/);
  });

  it("is told to nobody where the interval is 0, nor to who waits for a whole answer", async () => {
    await start({ timeouts: { streamKeepAliveMs: 0 } });
    expect((await ask(late)).text).not.toContain("keep-alive");
    await stage.close();
    await start();
    const whole = await ask(late, chatPath, { ...helloStream, stream: false });
    expect(JSON.parse(whole.text)).toHaveProperty("choices");
  });
});

describe("behind the first sign of life", () => {
  const refused: Script = {
    kind: "slow-headers",
    delayMs: 250,
    of: { kind: "answer", status: 400, body: { error: { message: "No such thing.", type: "invalid_request_error" } } },
  };

  it.each([
    ["openai-chat", chatPath, helloStream, /event: error\ndata: \{"error":\{"message":"No such thing\."/],
    [
      "anthropic-messages",
      "/v1/messages",
      messages,
      /event: error\ndata: \{"type":"error","error":\{.*No such thing\./,
    ],
    [
      "openai-responses",
      "/v1/responses",
      { model: "fake-model", input: "hello", stream: true },
      /event: error\ndata: .*No such thing\..*\n\nevent: response\.failed\n/,
    ],
  ])("a refusal is an error event and a cut (%s)", async (_name, path, body, expected) => {
    await start();
    const { response, text, isCut } = await ask(refused, path, body);
    expect([response.status, isCut]).toEqual([200, true]);
    expect(text).toMatch(/^: keep-alive\n\n/);
    expect(text).toMatch(expected);
    expect(await stage.onlyRecord()).toMatchObject({ status: "error", httpStatus: 400 });
  });

  it("no answer at all is one as well", async () => {
    await start({ timeouts: { firstByteMs: 300 } });
    const { response, text, isCut } = await ask({ kind: "stall", after: "connect" });
    expect([response.status, isCut]).toEqual([200, true]);
    expect(text).toMatch(/event: error\ndata: \{"error":.*"timeout_error"/);
  });

  it("another try can still answer", async () => {
    await start();
    stage.upstream.script([
      { kind: "slow-headers", delayMs: 250, of: { kind: "error", status: 500 } },
      { kind: "chat", text: "one" },
    ]);
    const { text, isCut } = await readBody(await stage.post(helloStream));
    expect(text).toMatch(/^: keep-alive\n\n/);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect(isCut).toBe(false);
  });

  it("before it, a refusal has its own status", async () => {
    await start({ timeouts: { streamKeepAliveMs: 5_000 } });
    expect((await ask(refused)).response.status).toBe(400);
  });
});
