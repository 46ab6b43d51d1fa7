// Guardrails are held on every way: over a WebSocket, of what was told before, of what is asked again or elsewhere, and of what is stored.

import { afterEach, describe, expect, it } from "vitest";
import type { RequestContent } from "#link/contents.ts";
import { cachedHello, cacheOf, makeCaller, startCachedStage, told } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { ChatPage } from "./support/chat-page.ts";
import { testKey } from "./support/gateway.ts";
import { makeGuardrail } from "./support/guardrails.ts";
import { chatPath, hello, startStage } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function stageWith(change: Parameters<typeof makeGuardrail>[0]): Promise<Stage> {
  const stage = await startStage({ snapshot: { guardrails: [makeGuardrail(change)] } });
  open.push(stage);
  return stage;
}

const asking = (content: string) => ({ ...hello, messages: [{ role: "user", content }] });

describe("over a WebSocket", () => {
  async function talk(stage: Stage): Promise<ChatPage> {
    const page = await ChatPage.ready(stage.gateway.url, testKey);
    open.push(page);
    return page;
  }

  it("a chat is refused, and no vendor is asked", async () => {
    const stage = await stageWith({ stage: "input" });
    const page = await talk(stage);
    const answered = await page.chat(asking("a bluebird"), { id: "a" });
    expect(JSON.stringify(answered)).toContain("content_blocked");
    expect(stage.upstream.received).toHaveLength(0);
  });

  it("what is found is not told", async () => {
    const stage = await stageWith({ stage: "output", action: "redact" });
    stage.upstream.script({ kind: "chat", text: "one bluebird flies", chunks: 9 });
    const page = await talk(stage);
    await page.chat(hello, { id: "a" });
    expect(page.text("a")).toBe("one [redacted] flies");
    expect((await stage.onlyRecord()).why?.guards).toEqual([["birds", "output", "redact"]]);
  });

  it("an answer is withheld", async () => {
    const stage = await stageWith({ stage: "output" });
    stage.upstream.script({ kind: "chat", text: "one bluebird flies", chunks: 9 });
    const page = await talk(stage);
    const answered = await page.chat(hello, { id: "a" });
    expect(JSON.stringify(answered)).toContain("content_blocked");
    expect(page.text("a")).not.toMatch(/bird|flies/);
    expect(await stage.onlyRecord()).toMatchObject({ status: "error", errorCode: "content_blocked" });
  });
});

describe("what was told before", () => {
  async function cached(): Promise<CachedStage> {
    const stage = await startCachedStage();
    open.push(stage);
    return stage;
  }

  it.each([false, true])("is looked at when it is told again, streamed: %s", async (stream) => {
    const stage = await cached();
    stage.upstream.script(told("one bluebird"));
    expect(await (await stage.ask(chatPath, cachedHello)).text()).toContain("bluebird");
    stage.serve({ more: { guardrails: [makeGuardrail({ stage: "output", action: "redact" })] } });
    const response = await stage.ask(chatPath, { ...cachedHello, stream });
    expect(cacheOf(response)).toBe("hit");
    const text = await response.text();
    expect(text).toContain("one [redacted]");
    expect(text).not.toContain("bluebird");
    expect(stage.asks()).toBe(1);
  });

  it("an answer that was withheld is kept for nobody", async () => {
    const stage = await cached();
    stage.serve({ more: { guardrails: [makeGuardrail({ stage: "output" })] } });
    stage.upstream.script([told("one bluebird"), told("none")]);
    expect((await stage.ask(chatPath, cachedHello)).status).toBe(400);
    const second = await stage.ask(chatPath, cachedHello);
    expect([second.status, cacheOf(second)]).toEqual([200, "miss"]);
  });
});

describe("a vendor that fails first", () => {
  it("is asked again with what was redacted, and what it answers then is looked at", async () => {
    const stage = await stageWith({ action: "redact" });
    stage.upstream.script([
      { kind: "answer", status: 500, body: { error: { message: "no" } } },
      { kind: "chat", text: "one bluebird" },
    ]);
    const response = await stage.post(asking("of a bluebird"));
    expect(await response.text()).toContain("one [redacted]");
    expect(stage.upstream.received.map(({ text }) => text.includes("of a [redacted]"))).toEqual([true, true]);
  });

  it("and an answer that is withheld is no failure of its vendor's: nobody is asked again", async () => {
    const stage = await stageWith({ stage: "output" });
    stage.upstream.script({ kind: "chat", text: "one bluebird" });
    expect((await stage.post(hello)).status).toBe(400);
    expect(stage.upstream.received).toHaveLength(1);
  });
});

describe("what is stored", () => {
  it.each([
    ["block", false],
    ["redact", false],
    ["redact", true],
  ] as const)("of an answer is what its client was told: %s, streamed: %s", async (action, stream) => {
    const kept: RequestContent[] = [];
    const stage = await startStage({
      snapshot: {
        guardrails: [makeGuardrail({ action })],
        principals: { [testKey]: makeCaller("1", { storePrompts: "request_and_answer" }) },
      },
      contents: { keep: (content) => kept.push(structuredClone(content)) > 0 },
    });
    open.push(stage);
    stage.upstream.script({ kind: "chat", text: "one bluebird" });
    await (await stage.post({ ...hello, stream })).text();
    const text = kept.map(({ answer }) => Buffer.from(answer?.text ?? []).toString()).join("");
    expect(text).not.toContain("bluebird");
    if (action === "redact") expect(text).toContain("[redacted]");
    else expect(text).toBe("");
  });
});
