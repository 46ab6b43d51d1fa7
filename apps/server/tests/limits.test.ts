// Rate limits over real HTTP: what they let through, what they say, and that they keep their word about waiting.

import { afterEach, describe, expect, it } from "vitest";
import type { RateLimits } from "#domain/principal.ts";
import { makePrincipal, makeScope, testKey } from "./support/gateway.ts";
import { chatPath, hello, helloStream, keyHeader, readError, startStage, TestClock, waitFor } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const none: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };
const limitsOf = (change: Partial<RateLimits>): RateLimits => ({ ...none, ...change });

let stage: Stage;
const clock = new TestClock();
afterEach(() => stage.close());

async function start(key: Partial<RateLimits>, user: Partial<RateLimits> = {}): Promise<void> {
  const scopes = [
    makeScope("key", "key-1", { limits: limitsOf(key) }),
    makeScope("user", "user-1", { limits: limitsOf(user) }),
  ];
  const snapshot = { principals: { [testKey]: makePrincipal({ scopes }) } };
  stage = await startStage({ clock, snapshot, limits: { waitMs: 0 } });
}

/** Waits as long as it is told to, to the millisecond, and is then let through. */
async function expectHonest(response: Response): Promise<void> {
  expect(response.status).toBe(429);
  const seconds = Number(response.headers.get("retry-after"));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(response.headers.has("x-should-retry")).toBe(false);
  clock.ms += seconds * 1000;
  expect((await stage.post(hello)).status).toBe(200);
}

let sendRest: () => void;

/** A request whose body ends only with `sendRest`. */
function postSlowly(): Promise<Response> {
  const whole = Buffer.from(JSON.stringify(hello));
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(whole.subarray(0, 10));
      sendRest = () => {
        controller.enqueue(whole.subarray(10));
        controller.close();
      };
    },
  });
  const headers = { ...keyHeader, "content-type": "application/json" };
  return fetch(stage.gateway.url + chatPath, { method: "POST", headers, body, duplex: "half" });
}

describe("requests per minute", () => {
  it("lets so many through, and no more", async () => {
    await start({ requestsPerMinute: 3 });
    const statuses = [];
    for (let turn = 0; turn < 5; turn += 1) statuses.push((await stage.post(hello)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(stage.upstream.received).toHaveLength(3);
    expect(stage.gateway.records).toHaveLength(3);
  });

  it("says what is left, also when it refuses", async () => {
    await start({ requestsPerMinute: 2 });
    const headersOf = ({ headers }: Response) =>
      ["limit", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}-requests`));
    expect(headersOf(await stage.post(hello))).toEqual(["2", "1", expect.stringMatching(/^\d+s$/)]);
    expect(headersOf(await stage.post(helloStream))).toEqual(["2", "0", expect.stringMatching(/^\d+s$/)]);
    const refused = await stage.post(hello);
    expect(headersOf(refused)).toEqual(["2", "0", expect.stringMatching(/^\d+s$/)]);
    expect(await readError(refused)).toMatchObject({ code: "rate_limit_exceeded", type: "rate_limit_error" });
  });

  it("says nothing of limits that are not there", async () => {
    await start({});
    const response = await stage.post(hello);
    expect([...response.headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
  });

  it.each([1, 2, 7, 100])("with %i: whoever waits for Retry-After is let through", async (requestsPerMinute) => {
    await start({ requestsPerMinute });
    clock.ms += 12_345;
    let response = await stage.post(hello);
    while (response.status === 200) {
      clock.ms += 137;
      response = await stage.post(hello);
    }
    await expectHonest(response);
  });

  it.each([1, 2, 4, 9])(
    "of %i are there in every minute, and nobody is told to wait longer than for the first to leave it",
    async (limit) => {
      await start({ requestsPerMinute: limit }, { requestsPerMinute: limit });
      for (let round = 0; round < 3; round += 1) {
        for (let turn = 0; turn < limit; turn += 1) {
          expect((await stage.post(hello)).status).toBe(200);
          clock.ms += 2_000;
        }
        const refused = await stage.post(hello);
        expect(refused.headers.get("retry-after")).toBe(String(60 - 2 * limit));
        expect(refused.headers.get("x-ratelimit-reset-requests")).toBe("58s");
        clock.ms += 1000 * (60 - 2 * limit) - 1;
        expect((await stage.post(hello)).status).toBe(429);
        clock.ms += 1;
        expect((await stage.post(hello)).status).toBe(200);
        clock.ms += 60_000;
      }
    },
  );

  it("of a user holds over all keys", async () => {
    await start({ requestsPerMinute: 10 }, { requestsPerMinute: 2 });
    await stage.post(hello);
    const response = await stage.post(hello);
    expect(response.headers.get("x-ratelimit-limit-requests")).toBe("2");
    const refused = await stage.post(hello);
    expect((await readError(refused)).message).toContain("user");
  });

  it("is not used up by requests that another limit refused", async () => {
    await start({ requestsPerMinute: 10 }, { requestsPerMinute: 1 });
    for (let turn = 0; turn < 20; turn += 1) await stage.post(hello);
    clock.ms += 60_000;
    // Had the refused ones counted, the key would have none left.
    const response = await stage.post(hello);
    expect(response.status).toBe(200);
  });

  it("promises the longest of several waits", async () => {
    await start({ requestsPerMinute: 100 }, { requestsPerMinute: 1, tokensPerMinute: 1000 });
    await stage.post(hello);
    await expectHonest(await stage.post(hello));
  });

  it("counts a request from when it is let through, however slowly it came", async () => {
    await start({ requestsPerMinute: 2 });
    const late = [stage.post(hello), postSlowly()];
    expect((await late[0])?.status).toBe(200);
    clock.ms += 59_000;
    sendRest();
    expect((await late[1])?.status).toBe(200);
    clock.ms += 1_000;
    expect((await stage.post(hello)).status).toBe(200);
    // Two within the last second: the slow one began more than a minute ago, and still counts.
    const refused = await stage.post(hello);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("59");
  });

  it("is not used up by a wrong key or a wrong request", async () => {
    await start({ requestsPerMinute: 1 });
    await stage.post({ model: "fake-model" });
    await stage.post({ ...hello, model: "nobody-has-it" });
    expect((await stage.post(hello)).status).toBe(200);
  });
});

describe("tokens per minute", () => {
  const saying = (tokens: number) =>
    ({ kind: "chat", usage: { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens } }) as const;

  it("count as the vendor told them, once the answer is there", async () => {
    await start({ tokensPerMinute: 1000 });
    stage.upstream.script(saying(600));
    expect((await stage.post(hello)).status).toBe(200);
    const second = await stage.post(hello);
    expect(second.status).toBe(200);
    expect(Number(second.headers.get("x-ratelimit-remaining-tokens"))).toBeLessThan(400);
    const refused = await stage.post(hello);
    expect((await readError(refused)).message).toContain("1000 tokens per minute");
  });

  it("whoever waits for Retry-After is let through", async () => {
    await start({ tokensPerMinute: 1000 });
    stage.upstream.script(saying(997));
    await stage.post(hello);
    clock.ms += 20_000;
    const refused = await stage.post(hello);
    expect(refused.headers.get("retry-after")).toBe("40");
    await expectHonest(refused);
  });

  it("a request that is larger than the limit alone is told that waiting does not help", async () => {
    await start({ tokensPerMinute: 50 });
    const response = await stage.post({ ...hello, user: "x".repeat(1000) });
    expect(response.status).toBe(429);
    expect(response.headers.has("retry-after")).toBe(false);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect((await readError(response)).message).toContain("larger than the limit");
  });

  it("count in the minute of their request, also when the answer ends long after", async () => {
    await start({ tokensPerMinute: 1000 });
    stage.upstream.script((received) => {
      if (received.text.includes("slow")) clock.ms += 50_000;
      return saying(950);
    });
    expect((await stage.post({ ...hello, user: "slow" })).status).toBe(200);
    const refused = await stage.post({ ...hello, user: "x".repeat(200) });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("10");
    clock.ms += 10_000;
    expect((await stage.post(hello)).status).toBe(200);
  });

  it("what was only reserved is given back, also over the turn of a minute", async () => {
    await start({ tokensPerMinute: 400 });
    stage.upstream.script((received) => {
      // While the vendor works the window turns over.
      if (received.text.includes("first")) clock.ms += 60_000;
      return saying(1);
    });
    const large = { ...hello, user: "first".repeat(200) };
    expect((await stage.post(large)).status).toBe(200);
    const next = await stage.post(hello);
    expect(Number(next.headers.get("x-ratelimit-remaining-tokens"))).toBeGreaterThan(340);
  });
});

describe.each([
  ["forward", 3_600_000],
  ["back", -3_600_000],
])("a clock that is set an hour %s", (_way, stepMs) => {
  afterEach(() => {
    clock.stepMs = 0;
  });

  it("frees nobody of a limit, and holds nobody to it for longer", async () => {
    await start({ requestsPerMinute: 1 });
    expect((await stage.post(hello)).status).toBe(200);
    clock.stepMs = stepMs;
    clock.ms += 10_000;
    const refused = await stage.post(hello);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("50");
    clock.ms += 50_000;
    expect((await stage.post(hello)).status).toBe(200);
  });

  it("gives back no reservation, and keeps none", async () => {
    await start({ concurrentRequests: 1 });
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    stage.upstream.script(async () => {
      await held;
      return { kind: "chat" };
    });
    const running = stage.post(hello);
    await stage.upstream.waitForRequest(1);
    clock.stepMs = stepMs;
    expect((await stage.post(hello)).status).toBe(429);
    letGo();
    expect((await running).status).toBe(200);
    expect((await stage.post(hello)).status).toBe(200);
  });

  it("ends no key", async () => {
    const principal = makePrincipal({ expiresAt: clock.ms + 60_000 });
    stage = await startStage({ clock, snapshot: { principals: { [testKey]: principal } } });
    clock.stepMs = stepMs;
    expect((await stage.post(hello)).status).toBe(200);
    clock.ms += 60_001;
    expect((await stage.post(hello)).status).toBe(401);
  });
});

describe("concurrent requests", () => {
  it("are held to the limit, and a place is free again when an answer ends", async () => {
    await start({ concurrentRequests: 2 });
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    stage.upstream.script(async () => {
      await held;
      return { kind: "chat" };
    });
    const running = [stage.post(hello), stage.post(helloStream)];
    await stage.upstream.waitForRequest(2);
    const refused = await stage.post(hello);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    letGo();
    for (const response of await Promise.all(running)) expect((await response.text()).length).toBeGreaterThan(0);
    expect((await stage.post(hello)).status).toBe(200);
  });

  it("count a stream until its end", async () => {
    await start({ concurrentRequests: 1 });
    stage.upstream.script({ kind: "chat", chunks: 10, tokensPerSecond: 50 });
    const response = await stage.post(helloStream);
    expect((await stage.post(hello)).status).toBe(429);
    await response.text();
    expect((await stage.post(hello)).status).toBe(200);
  });

  it("count a stream that breaks off until its error has left, and not while its connection lasts", async () => {
    await start({ concurrentRequests: 1 });
    stage.upstream.script({ kind: "chat", chunks: 10, errorAfterChunks: 3 });
    const broken = await stage.post(helloStream);
    const reader = broken.body?.pipeThrough(new TextDecoderStream()).getReader();
    let told = "";
    while (!told.includes("event: error")) told += (await reader?.read())?.value ?? "";
    stage.upstream.script({ kind: "chat" });
    expect((await stage.post(hello)).status).toBe(200);
    await expect(reader?.read()).rejects.toThrow();
  });

  it("a hundred at once: never more than the limit reach the vendor", async () => {
    await start({ concurrentRequests: 5 });
    let refused = 0;
    stage.upstream.script(async () => {
      await waitFor(() => refused === 95);
      return { kind: "chat" };
    });
    const ask = async (): Promise<number> => {
      const { status } = await stage.post(hello);
      if (status === 429) refused += 1;
      return status;
    };
    const statuses = await Promise.all(Array.from({ length: 100 }, ask));
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    expect(stage.upstream.received).toHaveLength(5);
    await waitFor(() => stage.gateway.records.length === 5);
  });
});
