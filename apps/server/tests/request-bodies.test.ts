// What clients may send as a body: read once and strictly where we act on it, forwarded as it came where we do not.

import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { describeWithCorpus, expectEnough } from "../../../tests/support/corpus.ts";
import type { JsonCase } from "../../../tests/support/corpus.ts";
import { makeSnapshot, makeTarget, testKey } from "./support/gateway.ts";
import { openRaw, requestText, statusOf } from "./support/raw-socket.ts";
import { chatPath, hello, helloStream, readError, startStage } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const mebibyte = 2 ** 20;
const completionsPath = "/v1/completions";
const embeddingsPath = "/v1/embeddings";

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.upstream.clear());

/** A snapshot in which the client's `alias-model` is the vendor's `fake-model`, so that the body must be edited. */
function useAlias(): void {
  const target = makeTarget(stage.provider, "fake-model");
  const alias = { id: "r", name: "alias-model", strategy: "ordered" as const, createdAt: 0 };
  stage.gateway.swap(
    makeSnapshot({
      targets: [target, makeTarget(stage.provider, "fake-embedding")],
      aliases: new Map([["alias-model", { ...alias, targets: [{ target, weight: 1 }] }]]),
    }),
  );
}

describe("faults in a request", () => {
  const message = { role: "user", content: "x" };
  it.each([
    [chatPath, { messages: [message] }, "model"],
    [chatPath, { model: 7, messages: [message] }, "model"],
    [chatPath, { model: "", messages: [message] }, "model"],
    [chatPath, { model: null, messages: [message] }, "model"],
    [chatPath, { model: "\ud800", messages: [message] }, "model"],
    [chatPath, { model: "m" }, "messages"],
    [chatPath, { model: "m", messages: [] }, "messages"],
    [chatPath, { model: "m", messages: { 0: message } }, "messages"],
    [chatPath, { model: "m", messages: ["x"] }, "messages[0]"],
    [chatPath, { model: "m", messages: [message, { content: "x" }] }, "messages[1].role"],
    [chatPath, { model: "m", messages: [message, message, { role: 1 }] }, "messages[2].role"],
    [chatPath, { model: "m", messages: [{ role: "user", content: 5 }] }, "messages[0].content"],
    [chatPath, { model: "m", messages: [{ role: "user", content: [message, 5] }] }, "messages[0].content[1]"],
    [chatPath, { model: "m", messages: [message], stream: "yes" }, "stream"],
    [chatPath, { model: "m", messages: [message], stream_options: [] }, "stream_options"],
    [chatPath, { model: "m", messages: [message], n: 0 }, "n"],
    [chatPath, { model: "m", messages: [message], n: 1.5 }, "n"],
    [chatPath, { model: "m", messages: [message], max_tokens: -2 }, "max_tokens"],
    [chatPath, { model: "m", messages: [message], max_tokens: "9" }, "max_tokens"],
    [chatPath, { model: "m", messages: [message], max_completion_tokens: 1e300 }, "max_completion_tokens"],
    [chatPath, { model: "m", messages: [message], temperature: "hot" }, "temperature"],
    [chatPath, { model: "m", messages: [message], tools: {} }, "tools"],
    [completionsPath, { model: "m" }, "prompt"],
    [completionsPath, { model: "m", prompt: [] }, "prompt"],
    [completionsPath, { model: "m", prompt: ["a", null] }, "prompt[1]"],
    [completionsPath, { model: "m", prompt: [[1, "a"]] }, "prompt[0]"],
    [completionsPath, { model: "m", prompt: "a", best_of: "b" }, "best_of"],
    [embeddingsPath, { model: "m" }, "input"],
    [embeddingsPath, { model: "m", input: 5 }, "input"],
  ])("%s with %j is told to look at %s", async (path, body, param) => {
    const response = await stage.post(body, path);
    expect(response.status).toBe(400);
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    const error = await readError(response);
    expect(error).toMatchObject({ code: "invalid_request_error", type: "invalid_request_error", param });
    expect(error.message).toContain(param);
    expect(stage.upstream.received).toHaveLength(0);
  });

  it.each(["", "null", "[]", '"text"', "5", "{", '{"model":"secret-text', "{'model':1}", '{"a":bad}', "\ufeff{}"])(
    "the body %j is no JSON object",
    async (body) => {
      const response = await stage.post(body);
      expect(response.status).toBe(400);
      expect((await readError(response)).param).toBeNull();
    },
  );

  it("says where JSON is broken, but does not quote it", async () => {
    const told = async (body: string): Promise<string> => (await readError(await stage.post(body))).message;
    expect(await told('{"model":"secret-model" "messages"}')).toMatch(/at position 24/);
    expect(await told('{"password":hunter2}')).toBe("The request body is not valid JSON: Unexpected token.");
    expect(await told('{"a":"hunter2')).not.toContain("hunter2");
    expect(await told('{"a":"hunter2\n"}')).not.toContain("hunter2");
    expect(await told("hunter2")).not.toContain("hunter2");
  });

  it("a body that is not UTF-8 is refused", async () => {
    const body = Buffer.from(JSON.stringify({ ...hello, user: "caf?" })).map((byte) => (byte === 0x3f ? 0xe9 : byte));
    const response = await stage.post(Buffer.from(body));
    expect(response.status).toBe(400);
    expect((await readError(response)).message).toContain("UTF-8");
  });
});

describe("what is forwarded", () => {
  const exact =
    '{ "model" : "fake-model",\n\t"messages":[{"role":"user","content":"\\u0041\\/ \\ud83d\\ude00"}],' +
    '"temperature":1.0,"seed":12345678901234567890,"top_p":1E-2,"logit_bias":{"50256":-0},' +
    '"x_unknown":{"b":[1,2.50,{"model":"inner"}],"a":null},"metadata":{} }';

  it("every byte, where nothing is to be edited", async () => {
    expect((await stage.post(exact)).status).toBe(200);
    expect(stage.upstream.received[0]?.text).toBe(exact);
  });

  it("every byte but the name of the model, where that is another", async () => {
    useAlias();
    expect((await stage.post(exact.replace('"fake-model"', '"alias-model"'))).status).toBe(200);
    expect(stage.upstream.received[0]?.text).toBe(exact);
  });

  it("every byte but the wish for usage in a stream", async () => {
    const body = exact.replace("{ ", '{ "stream" : true, ');
    await (await stage.post(body)).text();
    const text = stage.upstream.received[0]?.text ?? "";
    expect(text.replace('"stream_options":{"include_usage":true},', "")).toBe(body);
  });

  it("other stream options stay", async () => {
    await (await stage.post({ ...helloStream, stream_options: { chunk_by: 7, include_usage: false } })).text();
    expect(stage.upstream.received[0]?.json()).toEqual({
      ...helloStream,
      stream_options: { chunk_by: 7, include_usage: true },
    });
  });

  it.each([
    ["a key twice", '{"model":"other","model":"alias-model","messages":[{"role":"user"}]}', { model: "fake-model" }],
    ["an escaped key", '{"\\u006dodel":"alias-model","messages":[{"role":"user"}]}', { model: "fake-model" }],
    ["the prototype as a key", '{"__proto__":{"a":1},"model":"alias-model","messages":[{"role":"user"}]}', {}],
  ])("%s goes through the parser", async (_name, body, expected) => {
    useAlias();
    const response = await stage.post(body);
    expect(response.status).toBe(200);
    const received = stage.upstream.received[0];
    expect(received?.json()).toMatchObject({ ...expected, messages: [{ role: "user" }] });
    if (body.includes("__proto__")) expect(received?.text).toContain('"__proto__":{"a":1}');
  });

  it("a key twice is settled before the vendor sees it, even where nothing is to be edited", async () => {
    await stage.post('{"model":"dear-model","model":"fake-model","messages":[{"role":"user"}]}');
    expect(stage.upstream.received[0]?.text).toBe('{"model":"fake-model","messages":[{"role":"user"}]}');
  });

  it("a hundred thousand keys take no time", async () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `"k${index}":${index}`).join();
    const body = `{${keys},"model":"fake-model","stream":true,"messages":[{"role":"user"}]}`;
    // The first large request of all starts the thread for them.
    await (await stage.post(body)).text();
    const startedAt = performance.now();
    const response = await stage.post(body);
    await response.text();
    expect(response.status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(2_000 * slowdown());
  });

  const depth = 100_000;
  const nested = "[".repeat(depth) + "]".repeat(depth);

  it("a hundred thousand levels of nesting pass untouched", async () => {
    const body = `{"model":"fake-model","messages":[{"role":"user","content":"x"}],"deep":${nested}}`;
    const response = await stage.post(body);
    expect([200, 400]).toContain(response.status);
    expect(stage.upstream.received[0]?.text).toBe(body);
  });

  it("where such a body would have to be written anew it is refused", async () => {
    const body = `{"model":"x","model":"fake-model","messages":[{"role":"user"}],"deep":${nested}}`;
    const response = await stage.post(body);
    expect(response.status).toBe(400);
    expect((await readError(response)).message).toContain("nested");
    expect(stage.upstream.received).toHaveLength(0);
  });

  it("deep nesting in what is counted hurts neither us nor the vendor", async () => {
    stage.upstream.script({ kind: "chat", usage: "none" });
    const body = `{"model":"fake-model","messages":[{"role":"user","content":"x"}],"tools":${nested}}`;
    const response = await stage.post(body);
    expect(response.status).toBe(200);
    expect(stage.gateway.records.at(-1)).toMatchObject({ status: "ok", estimated: true });
  });
});

describe("prompts of completions and embeddings", () => {
  it.each([["a text"], [["one", "two"]], [[1, 2, 3]], [[[1, 2], [3]]], [""]])("%j is taken", async (prompt) => {
    for (const [path, field] of [
      [completionsPath, "prompt"],
      [embeddingsPath, "input"],
    ] as const) {
      const body = { model: "fake-model", [field]: prompt };
      const response = await stage.post(body, path);
      expect(response.status, await response.clone().text()).toBe(200);
      expect(stage.upstream.received.at(-1)?.json()).toEqual(body);
      expect(stage.upstream.received.at(-1)?.path).toBe(path);
    }
  });
});

describe("compressed bodies", () => {
  const body = Buffer.from(JSON.stringify(hello));

  it.each([
    ["gzip", gzipSync(body)],
    ["GZIP", gzipSync(body)],
    ["x-gzip", gzipSync(body)],
    ["zstd", zstdCompressSync(body)],
    ["identity", body],
  ])("%s is read, and sent on plain", async (encoding, bytes) => {
    const response = await stage.post(bytes, chatPath, { headers: { "content-encoding": encoding } });
    expect(response.status).toBe(200);
    expect(stage.upstream.received[0]?.text).toBe(body.toString());
    expect(stage.upstream.received[0]?.headers["content-encoding"]).toBeUndefined();
  });

  it.each(["br", "deflate", "gzip, zstd", "compress", "constructor"])("%s is answered with 415", async (encoding) => {
    const response = await stage.post(body, chatPath, { headers: { "content-encoding": encoding } });
    expect(response.status).toBe(415);
    expect((await readError(response)).code).toBe("unsupported_encoding");
  });

  it.each(["gzip", "zstd"])("what is no %s is answered with 400", async (encoding) => {
    const response = await stage.post(body, chatPath, { headers: { "content-encoding": encoding } });
    expect(response.status).toBe(400);
  });

  it("a cut one is answered with 400", async () => {
    const response = await stage.post(gzipSync(body).subarray(0, -9), chatPath, {
      headers: { "content-encoding": "gzip" },
    });
    expect(response.status).toBe(400);
  });

  it.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ])("a %s bomb is refused with 413 and fills no memory", async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(256 * mebibyte));
    expect(bomb.length).toBeLessThan(mebibyte);
    const before = process.memoryUsage.rss();
    const response = await stage.post(bomb, chatPath, { headers: { "content-encoding": encoding } });
    expect(response.status).toBe(413);
    expect((await readError(response)).code).toBe("request_too_large");
    expect(process.memoryUsage.rss() - before).toBeLessThan(120 * mebibyte);
  });
});

describe("the size of a body", () => {
  const limit = 32 * mebibyte;
  const bodyOf = (bytes: number): Buffer => {
    const text = JSON.stringify({ ...hello, padding: "" });
    return Buffer.from(text.replace('"padding":""', `"padding":"${"x".repeat(bytes - text.length)}"`));
  };

  it("may be 32 MiB", async () => {
    expect((await stage.post(bodyOf(limit))).status).toBe(200);
    expect(stage.upstream.received[0]?.body.length).toBe(limit);
  });

  it("may not be a byte more", async () => {
    const response = await stage.post(bodyOf(limit + 1));
    expect(response.status).toBe(413);
    expect(stage.upstream.received).toHaveLength(0);
  });

  it("is told to a client that is still sending, with a length or without", async () => {
    for (const framing of [{ "content-length": String(40 * mebibyte) }, { "transfer-encoding": "chunked" }]) {
      const raw = await openRaw(stage.gateway.url);
      const head = requestText({ path: chatPath, headers: { "x-api-key": testKey, ...framing } });
      raw.send("transfer-encoding" in framing ? head.replace(/content-length.*\r\n/, "") : head);
      const piece = Buffer.alloc(mebibyte, "x");
      const framed = Buffer.concat([Buffer.from(`${mebibyte.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
      for (let sent = 0; sent < 33; sent += 1) raw.socket.write("transfer-encoding" in framing ? framed : piece);
      const text = await raw.until((received) => received.includes("}}"));
      expect(statusOf(text)).toBe(413);
      expect(text).toContain("request_too_large");
      raw.destroy();
    }
  });

  it("a body that stops coming is answered with 408 and its connection closed", async () => {
    const slow = await startStage({ timeouts: { requestBodyIdleMs: 80 } });
    const raw = await openRaw(slow.gateway.url);
    raw.send(requestText({ path: chatPath, headers: { "x-api-key": testKey, "content-length": "100" } }) + "{");
    const text = await raw.closed(3_000);
    expect(statusOf(text)).toBe(408);
    expect(text).toContain("request_timeout");
    await slow.close();
  });

  it("a body that keeps coming, however slowly, is read", async () => {
    const slow = await startStage({ timeouts: { requestBodyIdleMs: 1_000 } });
    const raw = await openRaw(slow.gateway.url);
    const body = JSON.stringify(hello);
    raw.send(requestText({ path: chatPath, headers: { "x-api-key": testKey, "content-length": `${body.length}` } }));
    const startedAt = performance.now();
    // Longer than the time-out altogether, and never silent for nearly as long.
    for (let at = 0; at < body.length; at += 3) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      raw.send(body.slice(at, at + 3));
    }
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
    expect(statusOf(await raw.until((received) => received.includes("}}")))).toBe(200);
    raw.destroy();
    await slow.close();
  });
});

describeWithCorpus("adversarial bodies", (source) => {
  const accepts = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  const paths = [chatPath, completionsPath, embeddingsPath];

  it("every JSONTestSuite case as a body is refused with 400", async () => {
    for (const { name, bytes } of source.jsonCases()) {
      for (const path of paths) {
        const response = await stage.post(bytes, path);
        // None of them is an object with a model.
        expect(response.status, `${name} ${path}`).toBe(400);
      }
    }
    expect(stage.upstream.received).toHaveLength(0);
  });

  const around = (prefix: string, { bytes }: JsonCase, suffix: string): Buffer =>
    Buffer.concat([Buffer.from(prefix), bytes, Buffer.from(suffix)]);

  /** OpenAI refuses halves of surrogate pairs. */
  const withWholePairs = (text: string): string =>
    text.replaceAll(surrogates, (found) => (found.length > 6 ? found : "\\ufffd"));
  const surrogates = /\\u[dD][89abAB][\da-fA-F]{2}(?:\\u[dD][c-fC-F][\da-fA-F]{2})?|\\u[dD][c-fC-F][\da-fA-F]{2}/g;

  it.each([
    ["an unknown field", '{"model":"fake-model","messages":[{"role":"user","content":"x"}],"extra":', "}"],
    ["an unknown field of a stream", '{"stream":true,"model":"fake-model","messages":[{"role":"user"}],"extra":', "}"],
    ["a message's content", '{"model":"fake-model","messages":[{"role":"user","content":', "}]}"],
  ])(
    "every JSONTestSuite case in %s reaches the vendor as it is, or is refused with 400",
    async (_name, prefix, suffix) => {
      let passed = 0;
      for (const jsonCase of source.jsonCases()) {
        stage.upstream.clear();
        const body = around(prefix, jsonCase, suffix);
        const response = await stage.post(body);
        await response.text();
        const received = stage.upstream.received[0];
        if (received === undefined) {
          expect(response.status, jsonCase.name).toBe(400);
          if (prefix.includes("extra")) {
            const isSound = body.toString("utf8") !== "" && accepts(body.toString("utf8")) && isUtf8(body);
            expect(isSound, jsonCase.name).toBe(false);
          }
          continue;
        }
        passed += 1;
        expect(jsonCase.verdict, jsonCase.name).not.toBe("reject");
        expect(received.text.replace('"stream_options":{"include_usage":true},', ""), jsonCase.name).toBe(
          withWholePairs(body.toString()),
        );
      }
      expectEnough(source, passed, 5);
    },
  );

  it("every JSONTestSuite case within a large body is refused or reaches the vendor, who refuses it", async () => {
    const padding = "x".repeat(20_000);
    const prefix = `{"model":"fake-model","messages":[{"role":"user","content":"${padding}"},`;
    for (const jsonCase of source.jsonCases()) {
      const response = await stage.post(around(prefix, jsonCase, "]}"));
      await response.text();
      expect([200, 400], jsonCase.name).toContain(response.status);
      if (jsonCase.verdict === "reject") expect(response.status, jsonCase.name).toBe(400);
    }
  });

  it("naughty strings arrive as they were sent", async () => {
    const strings = source.naughtyStrings();
    expectEnough(source, strings.length, 400);
    const messages = strings.map((content) => ({ role: "user", content }));
    useAlias();
    await stage.post({ model: "alias-model", messages, stream: true }).then((response) => response.text());
    expect(stage.upstream.received[0]?.json()).toEqual({
      model: "fake-model",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("naughty strings as names of models are refused, or reach the vendor, and never harm us", async () => {
    for (const name of source.naughtyStrings()) {
      const response = await stage.post({ ...hello, model: `openai/${name}` });
      expect([200, 400, 404], name).toContain(response.status);
      if (response.status === 200) expect(stage.upstream.received.at(-1)?.json()).toMatchObject({ model: name });
      await response.text();
    }
  });
});

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString("utf8")).equals(bytes);
}
