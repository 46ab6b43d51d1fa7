// HTTP at its edges, over raw sockets: what could be read in two ways is refused, what comes too slowly is cut off, and
// nothing passes between client and vendor but what is meant to.

import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "#domain/secret.ts";
import { createEvents } from "#telemetry/events.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import pino from "pino";
import { testKey } from "./support/gateway.ts";
import { openRaw, requestText, statusOf } from "./support/raw-socket.ts";
import { chatPath, hello, helloStream, pause, startStage } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const vendorKey = "sk-vendor-very-secret-credential";
const body = JSON.stringify(hello);
const head = `POST ${chatPath} HTTP/1.1\r\nhost: g\r\nauthorization: Bearer ${testKey}\r\n`;
const lengthLine = `content-length: ${body.length}\r\n`;

let stage: Stage;
const logLines: string[] = [];

beforeAll(async () => {
  const log = pino({ level: "trace" }, { write: (line: string) => void logLines.push(line) });
  stage = await startStage({
    provider: { credential: new Secret(vendorKey) },
    events: createEvents({ metrics: createMetrics(), log }),
    random: () => 0,
  });
});
afterAll(() => stage.close());
beforeEach(() => stage.upstream.clear());

/** Sends bytes and returns all that came back, once the answer or the connection is at its end. */
async function say(bytes: string | Buffer): Promise<string> {
  const connection = await openRaw(stage.gateway.url);
  connection.send(bytes);
  const text = await connection.until((received) => /\r\n\r\n[^]*\}$/.test(received), 3_000);
  connection.destroy();
  return text;
}

describe("requests that could be read in two ways", () => {
  it.each([
    ["content-length and transfer-encoding", `${head}${lengthLine}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    [
      "transfer-encoding and content-length",
      `${head}transfer-encoding: chunked\r\ncontent-length: 6\r\n\r\n0\r\n\r\nGPOST`,
    ],
    ["two lengths", `${head}content-length: 5\r\ncontent-length: 6\r\n\r\n${body}`],
    ["a list of lengths", `${head}content-length: 5, 6\r\n\r\n${body}`],
    ["the same length twice", `${head}${lengthLine}${lengthLine}\r\n${body}`],
    ["a length with a sign", `${head}content-length: +${body.length}\r\n\r\n${body}`],
    ["a negative length", `${head}content-length: -1\r\n\r\n${body}`],
    ["a length in hexadecimal", `${head}content-length: 0x10\r\n\r\n${body}`],
    ["bare line feeds", `${head}${lengthLine}\r\n${body}`.replaceAll("\r\n", "\n")],
    ["one bare line feed", `${head}x-a: b\nx-c: d\r\n${lengthLine}\r\n${body}`],
    ["a bare carriage return", `${head}x-a: b\rx-c: d\r\n${lengthLine}\r\n${body}`],
    ["a folded header", `${head}x-a: b\r\n c\r\n${lengthLine}\r\n${body}`],
    ["a space before the colon", `${head}transfer-encoding : chunked\r\n${lengthLine}\r\n${body}`],
    ["chunked in disguise", `${head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ["chunked twice", `${head}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n`],
    ["chunked before something else", `${head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ["a NUL in a header", `${head}x-a: b\0c\r\n${lengthLine}\r\n${body}`],
    ["a NUL in a name", `${head}x\0a: b\r\n${lengthLine}\r\n${body}`],
    ["no host", `POST ${chatPath} HTTP/1.1\r\nauthorization: Bearer ${testKey}\r\n${lengthLine}\r\n${body}`],
    ["an unknown method", head.replace("POST", "FROB") + `${lengthLine}\r\n${body}`],
    ["a space in the path", head.replace(chatPath, "/v1/chat /completions") + `${lengthLine}\r\n${body}`],
    ["another protocol", `${head.replace("HTTP/1.1", "HTTP/9.9")}${lengthLine}\r\n${body}`],
    ["TLS on a plain port", Buffer.from("16030100c8010000c40303", "hex")],
    ["garbage", "\r\n\r\nhello there\r\n\r\n"],
    ["chunk sizes that are none", `${head}transfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n`],
    ["a chunk with bare line feeds", `${head}transfer-encoding: chunked\r\n\r\n2\n{}\n0\n\n`],
  ])("%s: refused, and no vendor is asked", async (_name, bytes) => {
    const text = await say(bytes);
    // A fault behind the headers shows when the request is on its way: then the connection is the answer.
    expect([400, 0]).toContain(statusOf(text));
    expect(stage.upstream.received).toHaveLength(0);
    expect(stage.gateway.records).toHaveLength(0);
  });

  it("a request hidden in the body of another is not answered", async () => {
    const hidden = requestText({ path: chatPath, headers: { "x-api-key": testKey }, body });
    const text = await say(`${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(stage.upstream.received).toHaveLength(0);
  });

  it("garbage behind a request whose answer has begun does not get into that answer", async () => {
    stage.upstream.script({ kind: "chat", chunks: 20, tokensPerSecond: 50 });
    const connection = await openRaw(stage.gateway.url);
    connection.send(
      requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(helloStream) }),
    );
    await connection.until((text) => text.includes("word2"));
    connection.send("GARBAGE\0\r\n\r\n");
    const text = await connection.closed();
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(text).not.toContain("cannot be read as HTTP");
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0);
  });
});

describe("too much and too slow", () => {
  it.each([
    ["a header of 64 KiB", `${head}x-a: ${"x".repeat(65_536)}\r\n\r\n`],
    ["ten thousand headers", `${head}${"x-a: b\r\n".repeat(10_000)}\r\n`],
    ["a path of 64 KiB", `GET /${"x".repeat(65_536)} HTTP/1.1\r\nhost: g\r\n\r\n`],
  ])("%s: 431", async (_name, bytes) => {
    expect(statusOf(await say(bytes))).toBe(431);
  });

  it("a flood of headers that never ends is cut off", async () => {
    const connection = await openRaw(stage.gateway.url);
    connection.send(head);
    for (let turn = 0; turn < 200; turn += 1) connection.send(`x-${turn}: ${"x".repeat(1000)}\r\n`);
    expect(statusOf(await connection.closed())).toBe(431);
  });

  it("headers that do not come to an end in time: 408", async () => {
    // The time is looked at every five seconds.
    stage.gateway.server.headersTimeout = 100;
    const connection = await openRaw(stage.gateway.url);
    connection.send(head);
    const text = await connection.closed(12_000);
    expect(statusOf(text)).toBe(408);
    stage.gateway.server.headersTimeout = 20_000;
  });
});

describe("what HTTP allows", () => {
  it("a URL in place of the path", async () => {
    const text = await say(
      `${head.replace(chatPath, `http://gateway.example${chatPath}?x=/y`)}${lengthLine}\r\n${body}`,
    );
    expect(statusOf(text)).toBe(200);
    expect(stage.upstream.received[0]?.path).toBe(chatPath);
  });

  it("requests that do not wait for each other's answers: answered in order", async () => {
    const connection = await openRaw(stage.gateway.url);
    stage.upstream.script((received) => ({
      kind: "slow-headers",
      delayMs: received.text.includes("slow") ? 100 : 0,
      of: { kind: "default" },
    }));
    const ask = (content: string): string =>
      requestText({
        path: chatPath,
        headers: { "x-api-key": testKey },
        body: JSON.stringify({ ...hello, messages: [{ role: "user", content }] }),
      });
    connection.send(ask("slow one") + ask("fast one") + ask("slow two"));
    const text = await connection.until((received) => received.includes("You said: slow two"));
    expect(text.match(/You said: \w+ \w+/g)).toEqual([
      "You said: slow one",
      "You said: fast one",
      "You said: slow two",
    ]);
    connection.destroy();
  });

  it("Expect: 100-continue", async () => {
    const connection = await openRaw(stage.gateway.url);
    connection.send(`${head}${lengthLine}expect: 100-continue\r\n\r\n`);
    expect(await connection.until((text) => text.includes("\r\n\r\n"))).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    connection.send(body);
    expect(await connection.until((text) => text.includes("usage"))).toContain("HTTP/1.1 200 OK");
    connection.destroy();
  });

  it("another expectation is refused", async () => {
    expect(statusOf(await say(`${head}${lengthLine}expect: a-miracle\r\n\r\n${body}`))).toBe(417);
  });

  it("a body in chunks, with trailers", async () => {
    const text = await say(
      `${head}transfer-encoding: chunked\r\ntrailer: x-t\r\n\r\n${body.length.toString(16)};ext=1\r\n${body}\r\n0\r\nx-t: 1\r\n\r\n`,
    );
    expect(statusOf(text)).toBe(200);
    expect(stage.upstream.received[0]?.text).toBe(body);
  });

  it("HTTP/1.0, whose connection ends with the answer", async () => {
    const connection = await openRaw(stage.gateway.url);
    connection.send(`${head.replace("HTTP/1.1", "HTTP/1.0")}${lengthLine}\r\n${body}`);
    const text = await connection.closed();
    expect(text).toContain("usage");
    expect(text.toLowerCase()).not.toContain("transfer-encoding");
  });

  it.each([
    ["HEAD", "/", 200],
    ["HEAD", "/health/live", 200],
    ["HEAD", chatPath, 405],
    ["GET", chatPath, 405],
    ["PUT", chatPath, 405],
    ["DELETE", "/v1/models", 405],
    ["OPTIONS", chatPath, 204],
    ["POST", "/nowhere", 404],
    ["POST", `${chatPath}/`, 404],
    ["POST", `/v1//chat/completions`, 404],
    ["GET", "/health/live", 200],
    ["GET", "/status?x=1", 200],
  ])("%s %s is answered with %i", async (method, path, status) => {
    const response = await fetch(stage.gateway.url + path, { method });
    expect(response.status).toBe(status);
    const text = await response.text();
    if (method === "HEAD") expect(text).toBe("");
    if (status === 405) expect(response.headers.get("allow")).toBe(path === chatPath ? "POST" : "GET, HEAD");
  });

  it("CONNECT is refused and its connection closed", async () => {
    const connection = await openRaw(stage.gateway.url);
    connection.send("CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n");
    expect(statusOf(await connection.closed())).toBe(405);
  });

  it("an upgrade that is not offered is an ordinary request", async () => {
    const text = await say(`${head}connection: upgrade\r\nupgrade: h2c\r\n${lengthLine}\r\n${body}`);
    expect(statusOf(text)).toBe(200);
  });
});

describe("what reaches the vendor", () => {
  const sent = {
    authorization: `Bearer ${testKey}`,
    "x-api-key": testKey,
    "x-goog-api-key": testKey,
    "api-key": testKey,
    cookie: "session=1",
    "x-forwarded-for": "10.0.0.1",
    "x-forwarded-host": "inside",
    "x-real-ip": "10.0.0.1",
    forwarded: "for=10.0.0.1",
    via: "1.1 proxy",
    origin: "https://example.com",
    referer: "https://example.com/secret",
    te: "trailers",
    "keep-alive": "timeout=5",
    "proxy-authorization": "Basic abc",
    "proxy-connection": "keep-alive",
    "accept-encoding": "gzip, br",
    "x-custom": "mine",
    "x-stainless-lang": "js",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "openai-organization": "org-of-client",
    "openai-beta": "assistants=v2",
    "idempotency-key": "abc-1",
    "user-agent": "client/1",
  };

  it("is its own credential, the two headers with a meaning, and nothing else of the client's", async () => {
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest(stage.gateway.url + chatPath, { method: "POST", headers: sent }, (response) => {
        response.resume().on("end", resolve);
      });
      request.on("error", reject);
      request.end(body);
    });
    const { headers } = stage.upstream.received[0] ?? { headers: {} };
    expect(headers).toEqual({
      host: new URL(stage.upstream.url).host,
      connection: "keep-alive",
      "content-length": String(body.length),
      "content-type": "application/json",
      "accept-encoding": "identity",
      "user-agent": "ghostllm/test",
      authorization: `Bearer ${vendorKey}`,
      "openai-beta": "assistants=v2",
      "idempotency-key": "abc-1",
    });
  });

  it("holds no header that a client named for removal or smuggled into a value", async () => {
    const text = await say(`${head}connection: authorization\r\nopenai-beta: a\xff\tb\r\n${lengthLine}\r\n${body}`);
    expect(statusOf(text)).toBe(200);
    expect(stage.upstream.received[0]?.headers["authorization"]).toBe(`Bearer ${vendorKey}`);
  });
});

describe("what reaches the client", () => {
  const vendorHeaders = {
    "set-cookie": "vendor=1; Path=/",
    "keep-alive": "timeout=3",
    "proxy-authenticate": "Basic",
    "openai-organization": "org-of-operator",
    "x-ratelimit-remaining-requests": "59",
    "x-request-id": "req_vendor",
    server: "cloudflare",
    "cf-ray": "1",
    "strict-transport-security": "max-age=1",
    "access-control-allow-origin": "*",
    "x-api-key": vendorKey,
    "retry-after": "3",
  };

  it.each([200, 400, 503])(
    "of an answer with status %i holds no header of the vendor's but those with a meaning",
    async (status) => {
      stage.upstream.script({
        kind: "answer",
        status,
        body: status < 300 ? { choices: [{}] } : { error: { message: "m" } },
        headers: vendorHeaders,
      });
      const response = await stage.post(hello);
      expect(response.status).toBe(status);
      const names = [...response.headers.keys()].filter((name) => !name.startsWith("x-ghostllm-"));
      expect(names.toSorted()).toEqual(
        [
          "connection",
          "content-length",
          "content-type",
          "date",
          "keep-alive",
          "retry-after",
          "x-request-id",
        ].toSorted(),
      );
      expect(response.headers.get("keep-alive")).not.toBe("timeout=3");
      expect(response.headers.get("x-request-id")).not.toBe("req_vendor");
    },
  );

  it("of a stream holds none either", async () => {
    stage.upstream.script({ kind: "chat", headers: vendorHeaders });
    const response = await stage.post(helloStream);
    await response.text();
    const names = [...response.headers.keys()].filter((name) => !name.startsWith("x-ghostllm-"));
    expect(names.toSorted()).toEqual(
      [
        "cache-control",
        "connection",
        "content-type",
        "date",
        "keep-alive",
        "retry-after",
        "transfer-encoding",
        "x-accel-buffering",
        "x-request-id",
      ].toSorted(),
    );
  });

  it("names models that no header could hold", async () => {
    const response = await stage.post({ ...hello, model: "openai/modèle-😀\n" });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-ghostllm-model")).toBe("mod%C3%A8le-%F0%9F%98%80%0A");
  });
});

describe("the vendor's key", () => {
  it("is in no answer, header, log line or public page, whatever happens", async () => {
    const quoting = `Incorrect API key provided: ${vendorKey}`;
    const error = { error: { message: quoting, type: "invalid_request_error", code: "invalid_api_key" } };
    let everything = "";
    for (const status of [200, 400, 401, 403, 404, 429, 500, 503]) {
      stage.upstream.script(status === 200 ? { kind: "chat" } : { kind: "answer", status, body: error });
      for (const request of [hello, helloStream]) {
        const response = await stage.post(request);
        everything += JSON.stringify([...response.headers]) + (await response.text());
      }
    }
    stage.upstream.script({ kind: "raw", text: `data: ${JSON.stringify(error)}\n\n` });
    everything += await (await stage.post(helloStream)).text();
    for (const path of ["/health", "/status", "/metrics", "/v1/models"]) {
      everything += await (await fetch(stage.gateway.url + path, { headers: { "x-api-key": testKey } })).text();
    }
    await pause(10);
    expect(logLines.length).toBeGreaterThan(10);
    for (const key of [vendorKey, testKey]) {
      expect(logLines.filter((line) => line.includes(key))).toEqual([]);
      const at = everything.indexOf(key);
      expect(at < 0 ? "" : everything.slice(Math.max(0, at - 200), at)).toBe("");
    }
  });
});
