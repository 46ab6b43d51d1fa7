// What happens when a vendor fails: who is asked next, when it stops, and what the client is told in the end.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { AliasStrategy } from "@ghostllm/contract";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "#domain/secret.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, hello, helloStream, pause, postJson, readError, TestClock, readBody } from "./support/stage.ts";

const credential = "sk-vendor-credential";
const names = ["first", "second", "third"] as const;
const routed = { ...hello, model: "routed" };

let vendors: FakeUpstream[];
let targets: Target[];
let gateway: TestGateway;

type Settings = Parameters<typeof startGateway>[1];

beforeEach(async () => {
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
  targets = vendors.map(({ url }, index) => {
    const name = names[index] ?? "";
    return makeTarget(makeProvider("openai-compatible", `${url}/v1`, { id: name, name }), `model-of-${name}`);
  });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

function aliasOf(
  members: readonly Target[],
  strategy: AliasStrategy = "ordered",
  weights: readonly number[] = [],
): Alias {
  const weighted = members.map((target, index) => ({ target, weight: weights[index] ?? 1 }));
  return { id: "r", name: "routed", strategy, targets: weighted, createdAt: 0 };
}

async function start(alias: Alias, settings: Settings = {}): Promise<void> {
  const snapshot = makeSnapshot({ targets, aliases: new Map([["routed", alias]]) });
  gateway = await startGateway(snapshot, { random: () => 0, ...settings });
}

function script(...scripts: readonly (Script | readonly Script[])[]): void {
  scripts.forEach((one, index) => vendors[index]?.script(one));
}

const ask = (body: object = routed): Promise<Response> => postJson(gateway.url + chatPath, body);
const asked = (): readonly number[] => vendors.map(({ received }) => received.length);
const error = (status: number): Script => ({ kind: "error", status });

describe("the next target is asked after", () => {
  it.each<[string, Script]>([
    ["500", error(500)],
    ["502 with a page", error(502)],
    ["503", error(503)],
    ["529", error(529)],
    ["429", error(429)],
    ["401", error(401)],
    ["402", { kind: "error", status: 402, message: "pay" }],
    ["403", error(403)],
    ["404", error(404)],
    ["408", error(408)],
    ["422, with which one vendor is stricter than another", error(422)],
    ["424", error(424)],
    ["451", error(451)],
    ["498", error(498)],
    ["501", error(501)],
    ["a redirect", { kind: "answer", status: 307, headers: { location: "https://example.com" } }],
    ["a page instead of JSON", { kind: "malformed", where: "html" }],
    ["half of a JSON document", { kind: "malformed", where: "json" }],
    ["an empty answer", { kind: "malformed", where: "empty" }],
    ["an answer that is no HTTP", { kind: "malformed", where: "http" }],
    ["no answer at all", { kind: "cut", after: "connect" }],
    ["a body that breaks off", { kind: "cut", after: { bytes: 20 }, of: { kind: "chat" } }],
    ["an answer that claims to be compressed", { kind: "answer", body: {}, headers: { "content-encoding": "gzip" } }],
  ])("%s", async (_name, failing) => {
    await start(aliasOf(targets));
    script(failing);
    const response = await ask();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-ghostllm-provider")).toBe("second");
    expect(response.headers.get("x-ghostllm-model")).toBe("model-of-second");
    expect(response.headers.get("x-ghostllm-attempts")).toBe("2");
    expect(asked()).toEqual([1, 1, 0]);
    expect(vendors[1]?.received[0]?.json()).toEqual({ ...routed, model: "model-of-second" });
    expect(gateway.records).toMatchObject([
      { provider: "second", attempts: 2, status: "ok", requestedModel: "routed" },
    ]);
  });

  it.each<[string, Script]>([
    ["an error event as the first", { kind: "raw", text: 'data: {"error":{"message":"overloaded"}}\n\n' }],
    ["an end before the first event", { kind: "raw", text: "" }],
    ["a connection that dies before the first event", { kind: "cut", after: "headers", of: { kind: "chat" } }],
    ["an error status", error(500)],
  ])("%s of a stream", async (_name, failing) => {
    await start(aliasOf(targets));
    script(failing);
    const response = await ask({ ...routed, stream: true });
    expect(await response.text()).toContain("[DONE]");
    expect(response.headers.get("x-ghostllm-provider")).toBe("second");
    expect(asked()).toEqual([1, 1, 0]);
  });

  it("a stream that begins with an error and is then held open: its connection is closed", async () => {
    await start(aliasOf(targets));
    const text = 'data: {"error":{"message":"overloaded"}}\n\n: and so on\n\n';
    script({ kind: "stall", after: { chunks: 1 }, of: { kind: "raw", text, perEvent: true } });
    const response = await ask({ ...routed, stream: true });
    expect(await response.text()).toContain("[DONE]");
    await vendors[0]?.waitUntil(() => vendors[0]?.openSockets() === 0, 1_000);
  });

  it.each<[string, Script]>([
    ["silence", { kind: "stall", after: "connect" }],
    ["silence behind the headers", { kind: "stall", after: "headers", of: { kind: "chat" } }],
  ])("%s", async (_name, failing) => {
    await start(aliasOf(targets), { timeouts: { firstByteMs: 150, idleMs: 150 } });
    script(failing);
    expect((await ask()).headers.get("x-ghostllm-provider")).toBe("second");
    expect(asked()).toEqual([1, 1, 0]);
  });

  it("a connection that is refused", async () => {
    const closed = await startFakeUpstream();
    await closed.close();
    const nobody = makeTarget(
      makeProvider("openai-compatible", `${closed.url}/v1`, { id: "nobody", name: "nobody" }),
      "m",
    );
    await start(aliasOf([nobody, ...targets]));
    expect((await ask()).headers.get("x-ghostllm-provider")).toBe("first");
  });
});

describe("the order", () => {
  it("is that of the alias, to its end", async () => {
    await start(aliasOf(targets));
    script(error(500), error(429));
    expect((await ask()).headers.get("x-ghostllm-provider")).toBe("third");
    expect(asked()).toEqual([1, 1, 1]);
  });

  it("follows the weights", async () => {
    let state = 1;
    // A fixed sequence of numbers that looks random.
    const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    await start(aliasOf(targets, "weighted", [6, 3, 1]), { random });
    for (let turn = 0; turn < 200; turn += 1) await ask();
    const [first = 0, second = 0, third = 0] = asked();
    expect(first).toBeGreaterThan(95);
    expect(first).toBeLessThan(145);
    expect(second).toBeGreaterThan(40);
    expect(second).toBeLessThan(80);
    expect(third).toBeGreaterThan(5);
    expect(first + second + third).toBe(200);
  });

  it("of weights still ends with everybody", async () => {
    await start(aliasOf(targets, "weighted", [1, 0, 1]));
    script(error(500), { kind: "chat" }, error(500));
    expect((await ask()).headers.get("x-ghostllm-provider")).toBe("second");
    expect(asked()).toEqual([1, 1, 1]);
  });
});

describe("the last target", () => {
  it.each([500, 503, 408])("is asked again after %i", async (status) => {
    await start(aliasOf(targets.slice(0, 1)));
    script([error(status), { kind: "chat" }]);
    const response = await ask();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-ghostllm-attempts")).toBe("2");
    expect(asked()[0]).toBe(2);
  });

  it.each([401, 403, 404, 429, 400])("is not asked again after %i", async (status) => {
    await start(aliasOf(targets.slice(0, 1)));
    script(error(status));
    await ask();
    expect(asked()[0]).toBe(1);
  });

  it("is not asked again after it was silent", async () => {
    await start(aliasOf(targets.slice(0, 1)), { timeouts: { firstByteMs: 150 } });
    script({ kind: "stall", after: "connect" });
    const response = await ask();
    expect(response.status).toBe(504);
    expect(await readError(response)).toMatchObject({ code: "timeout_error", type: "timeout_error" });
    expect(asked()[0]).toBe(1);
    expect(gateway.records).toMatchObject([{ status: "timeout", httpStatus: 504, estimated: true }]);
  });

  it("that fails twice: the client gets its error, byte for byte, with what it says about coming back", async () => {
    await start(aliasOf(targets.slice(0, 1)));
    const body = '{ "error":{"message":"Überlastet","type":"server_error","param":null,"code":null,"x":1.0} }';
    script({
      kind: "answer",
      status: 503,
      text: body,
      headers: { "content-type": "application/json", "retry-after": "7" },
    });
    const response = await ask();
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(await response.text()).toBe(body);
  });
});

describe("what is final", () => {
  it.each([400, 413, 409])("%i is about the request: nobody else is asked, and its body passes", async (status) => {
    await start(aliasOf(targets));
    const body = `{"error":{"message":"no ${status}","type":"invalid_request_error","param":"n","code":null}}`;
    script({ kind: "answer", status, text: body, headers: { "content-type": "application/json" } });
    const response = await ask();
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
    expect(asked()).toEqual([1, 0, 0]);
    expect(gateway.records).toMatchObject([{ status: "error", httpStatus: status }]);
  });

  it("the first byte: nothing is tried again behind it", async () => {
    await start(aliasOf(targets));
    script({ kind: "cut", after: { chunks: 2 }, of: { kind: "chat", chunks: 9 } });
    const { text } = await readBody(await ask({ ...routed, stream: true }));
    expect(text).toContain('"provider_error"');
    expect(text).not.toContain("[DONE]");
    expect(asked()).toEqual([1, 0, 0]);
  });
});

describe("what the client is told when all fail", () => {
  it.each<[string, Script, number, string]>([
    ["401", error(401), 502, "provider_error"],
    ["an answer that is no JSON", { kind: "malformed", where: "html" }, 502, "provider_error"],
    ["no answer", { kind: "cut", after: "connect" }, 502, "provider_error"],
  ])("%s of everybody", async (_name, failing, status, code) => {
    await start(aliasOf(targets));
    script(failing, failing, failing);
    const response = await ask();
    expect(response.status).toBe(status);
    const told = await readError(response);
    expect(told).toMatchObject({ code, type: "api_error" });
    expect(told.message).toContain("third");
    expect(told.message).not.toMatch(/Incorrect API key|sk-fake|platform\.openai|127\.0\.0\.1|Please log in/);
  });

  it.each<[string, Record<string, string>, Record<string, string | null>]>([
    ["Retry-After: 0", { "retry-after": "0" }, { "retry-after": "1" }],
    ["Retry-After: 0.2", { "retry-after": "0.2" }, { "retry-after": "1" }],
    ["a negative one", { "retry-after": "-5" }, { "retry-after": "1" }],
    ["a date that is past", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, { "retry-after": "1" }],
    ["one that says nothing", { "retry-after": "soon" }, { "retry-after": null }],
    ["retry-after-ms: 0", { "retry-after-ms": "0" }, { "retry-after": "1", "retry-after-ms": null }],
    ["retry-after-ms", { "retry-after-ms": "2300" }, { "retry-after": "3", "retry-after-ms": "2300" }],
    ["both", { "retry-after": "0", "retry-after-ms": "300" }, { "retry-after": "1", "retry-after-ms": "300" }],
    ["seconds", { "retry-after": "90" }, { "retry-after": "90" }],
  ])("when to come back, in whole seconds and never at once: %s", async (_name, headers, told) => {
    await start(aliasOf(targets.slice(0, 1)));
    script({ kind: "error", status: 429, headers });
    const response = await ask();
    expect(response.status).toBe(429);
    for (const [name, value] of Object.entries(told)) expect(response.headers.get(name), name).toBe(value);
    expect(response.headers.has("x-should-retry")).toBe(false);
  });

  it("a date to come back at, as seconds", async () => {
    await start(aliasOf(targets.slice(0, 1)));
    const headers = { "retry-after": new Date(Date.now() + 30_000).toUTCString() };
    script({ kind: "error", status: 503, headers });
    const seconds = Number((await ask()).headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThanOrEqual(30);
  });

  it.each<[string, Script]>([
    ["a vendor's error that came twice", error(500)],
    ["a connection that broke twice", { kind: "cut", after: "connect" }],
    ["an answer that made no sense twice", { kind: "malformed", where: "html" }],
    ["the operator's credential refused", error(401)],
    ["the operator's account being empty", { kind: "error", status: 402, message: "pay" }],
  ])("that it is of no use to come back: %s", async (_name, failing) => {
    await start(aliasOf(targets.slice(0, 1)));
    script(failing, failing);
    const response = await ask();
    expect(response.status).toBeGreaterThan(400);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(response.headers.has("retry-after")).toBe(false);
  });

  it("never the operator's credential, even if the vendor quotes it", async () => {
    for (const status of [400, 403, 500]) {
      await start(aliasOf(targets.slice(0, 1)));
      const body = { error: { message: `The key ${credential} has no access`, type: "x" } };
      script({ kind: "answer", status, body });
      const response = await ask();
      expect(response.status).toBe(502);
      expect(await response.text()).not.toContain(credential);
      if (status !== 500) await gateway.close();
    }
  });
});

describe("a target that fails again and again", () => {
  it("is asked all the same where there is no other, once each time, and is whole again when it answers", async () => {
    const clock = new TestClock();
    await start(aliasOf(targets.slice(0, 1)), { clock });
    script(error(500));
    while (asked()[0] !== 6) await ask();
    const probed = await ask();
    expect([probed.status, probed.headers.get("x-ghostllm-attempts")]).toEqual([500, "1"]);
    expect(probed.headers.get("x-should-retry")).toBe("false");
    expect(asked()[0]).toBe(7);
    script({ kind: "chat" });
    expect((await ask()).status).toBe(200);
    for (let turn = 0; turn < 4; turn += 1) {
      script([error(500), { kind: "chat" }]);
      expect((await ask()).status).toBe(200);
    }
  });

  it("is asked behind the others where all of them rest, and one that answers is the client's", async () => {
    await start(aliasOf(targets.slice(0, 2)));
    script(error(500), error(500));
    for (let turn = 0; turn < 6; turn += 1) await ask();
    script(error(500), { kind: "chat" });
    const response = await ask();
    expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "second"]);
  });

  it("is passed over while it rests", async () => {
    const clock = new TestClock();
    await start(aliasOf(targets), { clock });
    script(error(500));
    for (let turn = 0; turn < 8; turn += 1) expect((await ask()).status).toBe(200);
    expect(asked()).toEqual([5, 8, 0]);
    clock.ms += 5_000;
    script({ kind: "chat" });
    await ask();
    expect(asked()).toEqual([6, 8, 0]);
  });

  it("that says how long it wants to be left alone is left alone so long, but not for a day", async () => {
    const clock = new TestClock();
    await start(aliasOf(targets), { clock });
    script({ kind: "error", status: 429, retryAfterSeconds: 86_400 });
    for (let turn = 0; turn < 6; turn += 1) await ask();
    clock.ms += 59_000;
    await ask();
    expect(asked()[0]).toBe(5);
    clock.ms += 1_000;
    await ask();
    expect(asked()[0]).toBe(6);
  });

  it("is not rested for the faults of clients", async () => {
    await start(aliasOf(targets.slice(0, 1)));
    script(error(400));
    for (let turn = 0; turn < 20; turn += 1) expect((await ask()).status).toBe(400);
    script(error(404));
    for (let turn = 0; turn < 20; turn += 1) expect((await ask()).status).toBe(404);
  });

  it.each<[string, number, object]>([
    [
      "an image to a text model",
      500,
      { error: { code: 500, message: "image input is not supported - hint: mmproj", type: "server_error" } },
    ],
    [
      "embeddings of a chat model",
      501,
      { error: { code: 501, message: "This server does not support embeddings.", type: "not_supported_error" } },
    ],
    [
      "a text that is too long to embed",
      500,
      {
        error: {
          code: 500,
          message: "input (2002 tokens) is too large to process. increase the physical batch size",
          type: "server_error",
        },
      },
    ],
    [
      "a context that is too long",
      500,
      { error: { code: 500, message: "Context size has been exceeded.", type: "server_error" } },
    ],
    [
      "JSON that it cannot read",
      500,
      {
        error: {
          code: 500,
          message: "[json.exception.parse_error.101] parse error at line 1, column 9",
          type: "server_error",
        },
      },
    ],
    ["an option of a wrong type", 500, { error: 'option "temperature" must be of type float32' }],
    ["an unknown format", 500, { error: 'invalid format: "xml"; expected "json" or a valid JSON Schema object' }],
    [
      "one request that is larger than the account's minute",
      429,
      {
        error: {
          message: "Request too large for m on tokens per min (TPM): Limit 30000, Requested 35000.",
          type: "tokens",
          code: "rate_limit_exceeded",
        },
      },
    ],
  ])("is neither rested nor asked again for what the request provokes: %s", async (_name, status, body) => {
    await start(aliasOf(targets.slice(0, 2)));
    const failing: Script = { kind: "answer", status, body };
    for (let turn = 1; turn <= 8; turn += 1) {
      script(failing, failing);
      const response = await ask({ ...hello, model: "model-of-first" });
      // As one of the server it would be sent again and again.
      expect(response.status).toBe(status === 429 ? 429 : 400);
      if (status === 429) expect(response.headers.get("x-should-retry")).toBe("false");
      const told = (await response.json()) as { error: { message: string } };
      expect(JSON.stringify(body)).toContain(JSON.stringify(told.error.message));
      expect(asked()[0]).toBe(turn);
    }
    script({ kind: "chat" });
    expect((await ask()).headers.get("x-ghostllm-provider")).toBe("first");
  });

  describe("for one caller alone", () => {
    const keys = [
      "gk-caller-of-one-0123456789abcdef",
      "gk-caller-of-two-0123456789abcdef",
      "gk-caller-three-0123456789abcdef",
    ];
    const askAs = (caller: number, body: object = routed): Promise<Response> =>
      postJson(gateway.url + chatPath, body, { headers: { authorization: `Bearer ${keys[caller]}` } });

    beforeEach(async () => {
      const principals = Object.fromEntries(
        keys.map((key, caller) => [
          key,
          makePrincipal({ keyId: `key-${caller}`, userId: `user-${caller}`, scopes: [] }),
        ]),
      );
      const alias = aliasOf(targets);
      gateway = await startGateway(makeSnapshot({ targets, principals, aliases: new Map([["routed", alias]]) }), {
        random: () => 0,
      });
    });

    it("rests for that caller alone, who cannot take it away from others", async () => {
      script(error(500));
      for (let turn = 0; turn < 12; turn += 1) await askAs(0);
      expect(asked()[0]).toBe(5);
      script({ kind: "chat" });
      expect((await askAs(1)).headers.get("x-ghostllm-provider")).toBe("first");
    });

    it("rests for all when others meet the same", async () => {
      script(error(500));
      for (let turn = 0; turn < 5; turn += 1) await askAs(0);
      await askAs(1);
      await askAs(1);
      expect(asked()[0]).toBe(7);
      await askAs(2);
      expect(asked()[0]).toBe(7);
    });

    it.each([401, 402, 429])("rests for all where it would have met anybody, as with %i", async (status) => {
      script(error(status));
      for (let turn = 0; turn < 5; turn += 1) await askAs(0);
      await askAs(1);
      expect(asked()[0]).toBe(5);
    });
  });

  it("at one operation is asked for others as before", async () => {
    const embedding = { model: "model-of-first", input: "x" };
    await start(aliasOf(targets));
    script(error(500));
    for (let turn = 0; turn < 6; turn += 1) await postJson(`${gateway.url}/v1/embeddings`, embedding);
    script({ kind: "chat" });
    expect((await ask()).headers.get("x-ghostllm-provider")).toBe("first");
  });
});

describe("connections that the vendor closes while they are idle", () => {
  it("fail no request", async () => {
    await start(aliasOf(targets.slice(0, 1)));
    script({ kind: "drop-after" });
    for (let turn = 0; turn < 20; turn += 1) {
      expect((await ask()).status).toBe(200);
      await pause(turn % 4);
    }
  });

  it("fail none either when the vendor closes them as the request arrives", async () => {
    // The second request on each connection is answered with a reset: what a close in the same moment looks like.
    let requests = 0;
    const server = createServer((request, response) => {
      const turn = ((request.socket as { turns?: number }).turns ?? 0) + 1;
      Object.assign(request.socket, { turns: turn });
      requests += 1;
      if (turn === 2) request.socket.resetAndDestroy();
      else
        request
          .resume()
          .on("end", () => response.end('{"choices":[{}],"usage":{"prompt_tokens":1,"completion_tokens":1}}'));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const target = makeTarget(makeProvider("openai-compatible", url, { id: "racy", name: "racy" }), "m");
    await start(aliasOf([target]));
    for (let turn = 0; turn < 6; turn += 1) expect((await ask()).status).toBe(200);
    expect(requests).toBeGreaterThan(6);
    expect(gateway.records.map(({ status }) => status)).toEqual(Array(6).fill("ok"));
    server.closeAllConnections();
    server.close();
  });
});

describe("compressed answers, which nobody asked for", () => {
  it("are passed on also where they are too large to be held", async () => {
    await start(aliasOf(targets), { limits: { answerBufferBytes: 1000 } });
    const filling = "y".repeat(300_000);
    script({ kind: "gzip", of: { kind: "chat", text: filling } });
    expect(await (await ask()).text()).toContain(filling);
    expect(gateway.records).toMatchObject([{ status: "ok", estimated: false }]);
  });

  it("that break off end like any other", async () => {
    await start(aliasOf(targets));
    script({ kind: "cut", after: { bytes: 60 }, of: { kind: "gzip", of: { kind: "chat", text: "many plain words" } } });
    expect((await ask()).headers.get("x-ghostllm-provider")).toBe("second");
  });

  it("are read", async () => {
    await start(aliasOf(targets));
    script({ kind: "gzip", of: { kind: "chat", text: "plain words" } });
    const response = await ask();
    expect(response.headers.has("content-encoding")).toBe(false);
    expect(await response.text()).toContain("plain words");
    expect(gateway.records).toMatchObject([{ status: "ok", estimated: false }]);
  });

  it("also as streams", async () => {
    await start(aliasOf(targets));
    script({ kind: "gzip", of: { kind: "chat", text: "plain words" } });
    const text = await (await ask({ ...helloStream, model: "routed" })).text();
    expect(text).toContain(" words");
    expect(text).toContain("[DONE]");
    expect(gateway.records).toMatchObject([{ status: "ok", estimated: false }]);
  });
});

it("the secret of a provider prints as nothing", () => {
  const secret = new Secret(credential);
  for (const printed of [String(secret), JSON.stringify({ a: secret }), inspect(secret), inspect({ a: [secret] })]) {
    expect(printed).toContain("[secret]");
    expect(printed).not.toContain(credential);
  }
});
