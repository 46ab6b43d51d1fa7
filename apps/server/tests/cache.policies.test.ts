// Of answers that are kept: each caller's own policies hold all the same. What was taken out of a request is put back for who sent it alone,
// what is to be stored is stored, and who needs somebody's consent needs it.

import { hash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { placeholderFor } from "#domain/privacy/placeholders.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { Consents } from "#link/consents.ts";
import { nobodyKeepsSessions } from "#link/chat-sessions.ts";
import type { SessionTurn } from "#link/chat-sessions.ts";
import type { KeptText, RequestContent } from "#link/contents.ts";
import { cachedHello as hello, cacheOf, makeCaller, startCachedStage, told } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { chatPath } from "./support/stage.ts";

const [ann, bob, plain] = ["gk-aaaaaaaaaaaa-1", "gk-bbbbbbbbbbbb-2", "gk-cccccccccccc-3"] as const;
const email = "jane.doe@example.com";
const replacing: PrivacyPolicy = { classes: { email: "replace", card: "mask" }, patterns: [], unreadable: "allow" };
const ofOne = { teamId: "t", organisationId: "o" };
const asking = (content: string, stream = false) => ({ ...hello, stream, messages: [{ role: "user", content }] });
const standsFor = (key: string): string => placeholderFor(hash("sha256", key), "email", email);

let stage: CachedStage;
let kept: RequestContent[];
let turns: SessionTurn[];

beforeEach(async () => {
  [kept, turns] = [[], []];
  stage = await startCachedStage({
    policy: { ttlSeconds: 60, scope: "organisation" },
    principals: {
      [ann]: makeCaller("ann", { ...ofOne, privacy: replacing, storePrompts: "request_and_answer" }),
      [bob]: makeCaller("bob", { ...ofOne, privacy: replacing }),
      [plain]: makeCaller("plain", ofOne),
    },
    contents: { keep: (content) => kept.push(structuredClone(content)) > 0 },
    chatSessions: {
      ...nobodyKeepsSessions,
      open: () => ({ kind: "opened", id: "s", hasMessages: false, messages: [] }),
      keep: (turn) => turns.push(turn) > 0,
    },
  });
});
afterEach(() => stage.close());

async function ask(key: string, body: object): Promise<readonly [string | null, string]> {
  const response = await stage.ask(chatPath, body, { key });
  return [cacheOf(response), await response.text()];
}

describe("a session", () => {
  it.each([false, true])("keeps what is told again as what was told first, streamed: %s", async (stream) => {
    stage.upstream.script([told("Once"), told("again")]);
    const asked = { ...asking("who?"), session_id: "new" };
    expect((await ask(ann, asked))[0]).toBe("miss");
    expect((await ask(ann, { ...asked, stream }))[0]).toBe("hit");
    expect(turns).toHaveLength(2);
    for (const { said, state } of turns)
      expect([JSON.parse(said[0] ?? ""), state]).toMatchObject([{ role: "assistant", content: "Once" }, "whole"]);
  });
});

describe("a privacy policy", () => {
  it.each([false, true])("has the caller's texts put back in what is told again, streamed: %s", async (stream) => {
    stage.upstream.script([told(`To ${standsFor(ann)}.`), told("again")]);
    const text = `write to ${email}`;
    expect(await ask(ann, asking(text))).toEqual(["miss", expect.stringContaining(`To ${email}.`)]);
    expect(await ask(ann, asking(text, stream))).toEqual(["hit", expect.stringContaining(`To ${email}.`)]);
    expect(stage.upstream.received.map((one) => one.text.includes(email))).toEqual([false]);
  });

  it("keeps an answer with placeholders to the key whose texts they stand for, whatever the scope", async () => {
    stage.upstream.script([told(`To ${standsFor(ann)}.`), told(`To ${standsFor(bob)}.`), told("neither")]);
    const text = `write to ${email}`;
    expect((await ask(ann, asking(text)))[0]).toBe("miss");
    expect(await ask(bob, asking(text))).toEqual(["miss", expect.stringContaining(email)]);
    // Who sends the placeholder itself is sent no text for it, and nothing that was told for it.
    expect(await ask(plain, asking(`write to ${standsFor(ann)}`))).toEqual([
      "miss",
      expect.stringContaining("neither"),
    ]);
    expect(stage.asks()).toBe(3);
  });

  it("lets what has nothing in it be shared", async () => {
    stage.upstream.script([told("shared"), told("not")]);
    const [first, second, third] = [await ask(ann, hello), await ask(bob, hello), await ask(plain, hello)];
    expect([first[0], second[0], third[0]]).toEqual(["miss", "hit", "hit"]);
  });
});

describe("stored prompts", () => {
  const textOf = (one: KeptText | null | undefined): string => Buffer.from(one?.text ?? []).toString();

  it.each([false, true])("are stored of what is told again, with placeholders, streamed: %s", async (stream) => {
    stage.upstream.script([told(`To ${standsFor(ann)}.`), told("again")]);
    await ask(ann, asking(`write to ${email}`));
    await ask(ann, asking(`write to ${email}`, stream));
    expect(kept).toHaveLength(2);
    for (const { request, answer } of kept) {
      expect(textOf(request)).toContain(standsFor(ann));
      expect(textOf(answer)).toContain(standsFor(ann));
      expect(textOf(request) + textOf(answer)).not.toContain(email);
    }
    expect(stage.last()).toMatchObject({ cache: "hit", content: "kept" });
  });

  it("are none of who has none, also where the first who asked has them", async () => {
    stage.upstream.script([told("shared"), told("not")]);
    await ask(ann, hello);
    expect((await ask(plain, hello))[0]).toBe("hit");
    expect(kept).toHaveLength(1);
  });
});

describe("a consent policy", () => {
  it("holds what would be told again as all else, and what is approved is told again without its vendor", async () => {
    let isApproved = true;
    const consents: Consents = {
      ask: () => ({ kind: isApproved ? "granted" : "required", id: "c1" }),
      giveBack: () => undefined,
    };
    await stage.close();
    const conditions = { models: [hello.model], aboveNanos: null, classes: null, hours: null };
    const policy = { id: "p", name: "ask", holder: { kind: "everyone" }, conditions, validMs: 60_000 } as const;
    stage = await startCachedStage({ consents });
    stage.serve({ more: { consents: [policy] } });
    expect(cacheOf(await stage.ask(chatPath, hello))).toBe("miss");
    isApproved = false;
    const held = await stage.ask(chatPath, hello);
    expect([held.status, held.headers.get("x-ghostllm-consent-id")]).toEqual([403, "c1"]);
    isApproved = true;
    expect(cacheOf(await stage.ask(chatPath, hello))).toBe("hit");
    expect(stage.asks()).toBe(1);
  });
});

describe("a model that a key may not use", () => {
  it("is refused as it always is", async () => {
    await ask(ann, hello);
    stage.serve({
      more: { principals: { [bob]: makeCaller("bob", { ...ofOne, permissions: { models: ["other"] } }) } },
    });
    expect((await stage.ask(chatPath, hello, { key: bob })).status).toBe(403);
  });
});
