// Who may call: decided by the key alone, from the headers, before anything of the body is read.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePrincipal, makeSnapshot, makeTarget, testKey } from "./support/gateway.ts";
import { openRaw, requestText, statusOf } from "./support/raw-socket.ts";
import { chatPath, hello, readError, startStage, TestClock } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

describe("authentication", () => {
  const clock = new TestClock();
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage({ clock });
  });
  afterAll(() => stage.close());
  afterEach(() => stage.gateway.swap(snapshotWith(makePrincipal())));

  const snapshotWith = (principal: ReturnType<typeof makePrincipal> | null) =>
    makeSnapshot({
      targets: [makeTarget(stage.provider, "fake-model")],
      principals: principal === null ? {} : { [testKey]: principal },
    });

  const ask = (headers: Record<string, string>, path = chatPath): Promise<Response> =>
    fetch(stage.gateway.url + path, { method: "POST", headers, body: JSON.stringify(hello) });

  it.each([
    ["authorization", `Bearer ${testKey}`],
    ["authorization", `bearer   ${testKey} `],
    ["x-api-key", testKey],
    ["x-goog-api-key", testKey],
    ["api-key", testKey],
  ])("accepts the key in %s as %j", async (name, value) => {
    expect((await ask({ [name]: value })).status).toBe(200);
  });

  it("takes the key beside an empty bearer", async () => {
    expect((await ask({ authorization: "Bearer ", "x-api-key": testKey })).status).toBe(200);
  });

  it("lets a wrong bearer count, whatever other headers say", async () => {
    expect((await ask({ authorization: "Bearer gk-other", "x-api-key": testKey })).status).toBe(401);
  });

  it.each([
    ["no header", {}],
    ["an empty key", { "x-api-key": "" }],
    ["another scheme", { authorization: `Basic ${Buffer.from(`u:${testKey}`).toString("base64")}` }],
    ["an unknown key", { authorization: "Bearer gk-unknownunkn-ffffffffffffffff" }],
    ["a key with one wrong character", { authorization: `Bearer ${testKey.slice(0, -1)}0` }],
    ["a vendor's key", { authorization: "Bearer sk-proj-abcdefghijklmnop" }],
    ["the hash of a key", { authorization: `Bearer ${"0".repeat(64)}` }],
    ["a very long key", { authorization: `Bearer ${"x".repeat(10_000)}` }],
  ])("refuses %s with 401", async (_name, headers) => {
    const before = stage.upstream.received.length;
    const response = await ask(headers);
    expect(response.status).toBe(401);
    expect(await readError(response)).toMatchObject({ code: "invalid_api_key", type: "authentication_error" });
    expect(stage.upstream.received.length).toBe(before);
  });

  it("never says the secret part of a key, nor any of a foreign one", async () => {
    const own = await (await ask({ "x-api-key": `${testKey.slice(0, -1)}0` })).text();
    expect(own).toContain(testKey.slice(0, 15));
    expect(own).not.toContain(testKey.slice(16, -1));
    const foreign = await ask({ "x-api-key": "sk-proj-abcdefghijklmnop" });
    const everything = JSON.stringify([...foreign.headers]) + (await foreign.text());
    expect(everything).not.toContain("sk-proj");
    expect(everything).not.toContain("abcdefgh");
  });

  it("refuses a key from the moment at which it expires", async () => {
    stage.gateway.swap(snapshotWith(makePrincipal({ expiresAt: clock.ms + 1 })));
    expect((await ask({ "x-api-key": testKey })).status).toBe(200);
    clock.ms += 1;
    const response = await ask({ "x-api-key": testKey });
    expect(response.status).toBe(401);
    expect((await readError(response)).message).toContain("expired");
  });

  it("refuses a revoked key with the next request after the swap, and leaves the running one alone", async () => {
    stage.upstream.script({ kind: "slow-headers", delayMs: 100 });
    const running = ask({ "x-api-key": testKey });
    await stage.upstream.waitForRequest(stage.upstream.received.length + 1);
    stage.gateway.swap(snapshotWith(null));
    expect((await ask({ "x-api-key": testKey })).status).toBe(401);
    expect((await running).status).toBe(200);
    stage.upstream.clear();
  });

  it("answers 401 while the body is still to come", async () => {
    const raw = await openRaw(stage.gateway.url);
    const whole = requestText({ path: chatPath, headers: { "x-api-key": "gk-no", "content-length": "1000000" } });
    raw.send(whole);
    const text = await raw.until((received) => received.includes("}}"));
    expect(statusOf(text)).toBe(401);
    raw.destroy();
  });

  it.each(["/v1/models", "/v1/models/fake-model"])("guards GET %s, too", async (path) => {
    expect((await fetch(stage.gateway.url + path)).status).toBe(401);
    expect((await fetch(stage.gateway.url + path, { headers: { "x-api-key": testKey } })).status).toBe(200);
  });

  it("counts nothing for a request that it refused", () => {
    expect(stage.gateway.records.every((record) => record.status === "ok")).toBe(true);
  });
});
