// The two ways by which requests of clients are read: over bare sockets where they are plain, by Node's server where they are not. What
// a client sees is the same by both. A request that says `TE` is not plain.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firstPlainRequest } from "#gateway/http/plain/plain-server.ts";
import { testKey } from "./support/gateway.ts";
import { openRaw, requestText, statusOf } from "./support/raw-socket.ts";
import type { RawConnection } from "./support/raw-socket.ts";
import { chatPath, hello, helloStream, pause, startStage, waitFor } from "./support/stage.ts";
import type { Stage, StageSettings } from "./support/stage.ts";

type Way = "plain" | "node";
const ways: readonly Way[] = ["plain", "node"];
const markOf: Readonly<Record<Way, Readonly<Record<string, string>>>> = { plain: {}, node: { te: "trailers" } };

let stage: Stage;
let taken: Way[];
const opened: RawConnection[] = [];

async function start(settings: StageSettings = {}): Promise<void> {
  stage = await startStage({ random: () => 0, ...settings });
  stage.gateway.server.on(firstPlainRequest, () => taken.push("plain"));
  stage.gateway.server.on("request", () => taken.push("node"));
}

async function open(): Promise<RawConnection> {
  const connection = await openRaw(stage.gateway.url);
  opened.push(connection);
  return connection;
}

beforeEach(() => void (taken = []));
afterEach(async () => {
  for (const connection of opened.splice(0)) connection.destroy();
  await stage.close();
});

const ask = (way: Way, body: unknown = hello, headers: Readonly<Record<string, string>> = {}): string =>
  requestText({
    path: chatPath,
    headers: { "x-api-key": testKey, ...markOf[way], ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const isAnswered = (text: string): boolean => text.includes('"usage"');
const answersIn = (text: string): number => text.split("HTTP/1.1 ").length - 1;

/** Of one request, without what differs from one to the next. */
async function answerTo(bytes: string, isWhole: (text: string) => boolean): Promise<string> {
  const connection = await open();
  connection.send(bytes);
  const text = await connection.until(isWhole);
  return text
    .replace(/(x-request-id|date|x-ghostllm-overhead-ms|traceresponse): .*\r\n/gi, "$1\r\n")
    .replace(/"created":\d+/g, "")
    .replace(/chatcmpl-[\w-]+/g, "");
}

const headOf = (text: string): string => text.slice(0, text.indexOf("\r\n\r\n"));

describe("to the letter the same by both ways", () => {
  const cors = { origins: ["https://page.example"], adminOrigins: [], credentials: false, maxAgeSeconds: 60 };
  const page = { origin: "https://page.example" };
  const trace = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
  const large = "x".repeat(20_000);
  const isStreamed = (text: string): boolean => text.endsWith("0\r\n\r\n");
  const cases: readonly (readonly [string, (way: Way) => string, (text: string) => boolean, number])[] = [
    ["an answer", (way) => ask(way), isAnswered, 200],
    ["a large one", (way) => ask(way, { ...hello, messages: [{ role: "user", content: large }] }), isAnswered, 200],
    ["a stream", (way) => ask(way, helloStream), isStreamed, 200],
    ["for a page of another origin", (way) => ask(way, hello, page), isAnswered, 200],
    ["a stream for such a page", (way) => ask(way, helloStream, page), isStreamed, 200],
    ["within a trace", (way) => ask(way, hello, trace), isAnswered, 200],
    ["no key", (way) => ask(way, hello, { "x-api-key": "" }), (text) => text.includes('"error"'), 401],
    ["no JSON", (way) => ask(way, "{"), (text) => text.includes('"error"'), 400],
    ["an encoding that nobody has", (way) => ask(way, hello, { "content-encoding": "x" }), hasError, 415],
    ["another method", (way) => ask(way, "").replace("POST", "GET"), hasError, 405],
  ];
  beforeEach(() => start({ edge: { cors } }));

  it.each(cases)("%s", async (_name, bytesOf, isWhole, status) => {
    const plain = await answerTo(bytesOf("plain"), isWhole);
    const node = await answerTo(bytesOf("node"), isWhole);
    expect(statusOf(plain)).toBe(status);
    const sorted = (text: string) => headOf(text).split("\r\n").toSorted();
    expect(sorted(plain)).toEqual(sorted(node));
    expect(plain.slice(headOf(plain).length)).toBe(node.slice(headOf(node).length));
    expect(taken).toEqual(["plain", "node"]);
  });
});

function hasError(text: string): boolean {
  return text.includes('"error"') && text.endsWith("}");
}

describe.each(ways)("by the way of %s", (way) => {
  /** The first requests of connections, by the way they took. */
  const expectWay = (count = 1): void => {
    expect(taken.slice(0, count)).toEqual(Array.from({ length: count }, () => way));
  };

  it("fifty requests over one connection, whole and streamed in turns", async () => {
    await start();
    const client = await open();
    for (let turn = 1; turn <= 50; turn += 1) {
      client.send(ask(way, turn % 2 === 0 ? helloStream : hello));
      const isOver = (text: string): boolean =>
        answersIn(text) === turn && (turn % 2 === 0 ? text.endsWith("0\r\n\r\n") : text.endsWith("}"));
      await client.until(isOver);
    }
    expect(client.text().match(/HTTP\/1\.1 200/g)).toHaveLength(50);
    expectWay();
    expect(taken.length).toBe(way === "plain" ? 1 : 50);
  });

  it("a body that comes in pieces, the first of them without its head", async () => {
    await start();
    const client = await open();
    const bytes = Buffer.from(ask(way, { ...hello, messages: [{ role: "user", content: "päö😀".repeat(20) }] }));
    const end = bytes.indexOf("\r\n\r\n") + 4;
    client.send(bytes.subarray(0, end));
    for (let at = end; at < bytes.length; at += 7) {
      await pause(1);
      client.send(bytes.subarray(at, at + 7));
    }
    expect(statusOf(await client.until(isAnswered))).toBe(200);
    expect(stage.upstream.received[0]?.text).toContain("päö😀".repeat(20));
    expectWay();
  });

  it("a body of half a megabyte, and another request behind it", async () => {
    await start();
    const client = await open();
    const content = "long words ".repeat(50_000);
    client.send(ask(way, { ...hello, max_tokens: 5, messages: [{ role: "user", content }] }));
    await client.until((text) => answersIn(text) === 1 && isAnswered(text));
    client.send(ask(way));
    await client.until((text) => answersIn(text) === 2 && text.endsWith("}"));
    expect(stage.upstream.received[0]?.text).toContain(content);
    expect(stage.gateway.deps.heldBytes.total).toBe(0);
    expectWay();
  });

  it("an answer that comes before the body has: the rest is read and dropped, and the next request is served", async () => {
    await start();
    const client = await open();
    const content = "x".repeat(300_000);
    const unknown = ask(way, { ...hello, messages: [{ role: "user", content }] }, { "x-api-key": "gk-unknown" });
    client.send(unknown.slice(0, 1_000));
    expect(statusOf(await client.until(hasError))).toBe(401);
    client.send(unknown.slice(1_000));
    client.send(ask(way));
    await client.until((text) => answersIn(text) === 2 && isAnswered(text));
    expectWay();
  });

  it("a body that stalls: 408, and the connection is closed", async () => {
    await start({ timeouts: { requestBodyIdleMs: 100 } });
    const client = await open();
    client.send(ask(way).slice(0, -5));
    const text = await client.closed();
    expect(statusOf(text)).toBe(408);
    expect(text.toLowerCase()).toContain("connection: close\r\n");
    expect(answersIn(text)).toBe(1);
    expectWay();
  });

  it("a body that comes too slowly as a whole: 408", async () => {
    await start();
    // Node takes the shorter one for that of heads.
    stage.gateway.server.headersTimeout = 50;
    stage.gateway.server.requestTimeout = 100;
    const client = await open();
    client.send(ask(way).slice(0, -5));
    expect(statusOf(await client.closed(30_000))).toBe(408);
    expect(stage.upstream.received).toHaveLength(0);
    await waitFor(() => stage.gateway.deps.heldBytes.total === 0);
    expectWay();
  });

  it("a body that its client ends too early: 400, and no vendor is asked", async () => {
    await start();
    const client = await open();
    client.send(ask(way).slice(0, -5));
    await waitFor(() => taken.length > 0);
    client.socket.end();
    expect(statusOf(await client.closed())).toBe(400);
    expect(stage.upstream.received).toHaveLength(0);
    await waitFor(() => stage.gateway.deps.heldBytes.total === 0);
    expectWay();
  });

  it("a client that leaves within its body holds nothing", async () => {
    await start();
    const client = await open();
    client.send(ask(way).slice(0, -5));
    await waitFor(() => stage.gateway.deps.heldBytes.total > 0);
    client.destroy();
    await waitFor(() => stage.gateway.deps.heldBytes.total === 0);
    expectWay();
  });

  it.each([
    ["before its answer", hello, { kind: "stall", after: "connect" }],
    ["within a stream", helloStream, { kind: "chat", chunks: 500, tokensPerSecond: 50 }],
  ] as const)("a client that leaves %s", async (_name, body, script) => {
    await start();
    stage.upstream.script(script);
    const client = await open();
    client.send(ask(way, body));
    await stage.upstream.waitForRequest();
    if (body === helloStream) await client.until((text) => text.includes("data: "));
    client.destroy();
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0);
    expect(await stage.onlyRecord()).toMatchObject({ status: "client_abort" });
    expect(stage.gateway.deps.heldBytes.total).toBe(0);
    expectWay();
  });

  it("requests that do not wait for the answer before them", async () => {
    await start();
    const client = await open();
    const numbered = (turn: number): string =>
      ask(way, { ...hello, messages: [{ role: "user", content: `number ${turn}` }] });
    stage.upstream.script({ kind: "slow-headers", delayMs: 50, of: { kind: "default" } });
    client.send(numbered(1));
    await stage.upstream.waitForRequest();
    client.send(numbered(2).slice(0, 40));
    await pause(5);
    client.send(numbered(2).slice(40) + numbered(3));
    const text = await client.until((received) => received.includes("You said: number 3"));
    expect(text.match(/You said: number \d/g)).toEqual([1, 2, 3].map((turn) => `You said: number ${turn}`));
    expectWay();
  });

  it("nonsense behind a request whose answer has not begun: 400, and the vendor is let go", async () => {
    await start();
    stage.upstream.script({ kind: "stall", after: "connect" });
    const client = await open();
    client.send(ask(way));
    await stage.upstream.waitForRequest();
    client.send("\0\0\0");
    expect(statusOf(await client.closed())).toBe(400);
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0);
    expectWay();
  });

  it("a stream that its vendor breaks off: the connection is closed without the mark of its end", async () => {
    await start();
    stage.upstream.script({ kind: "cut", after: { chunks: 3 }, of: { kind: "chat", chunks: 9 } });
    const client = await open();
    client.send(ask(way, helloStream));
    const text = await client.closed();
    expect(statusOf(text)).toBe(200);
    expect(text).toContain('"error"');
    expect(text).not.toMatch(/0\r\n\r\n$/);
    expectWay();
  });

  it("a server that stops lets its clients go behind their answers", async () => {
    await start();
    stage.gateway.deps.readiness.isLeaving = true;
    const client = await open();
    client.send(ask(way));
    const text = await client.closed();
    expect(text).toContain("Connection: close\r\n");
    expect(text).not.toContain("Keep-Alive:");
    expect(isAnswered(text)).toBe(true);
    expectWay();
  });

  it("connections that are kept are closed by a stop, those with a request are not", async () => {
    await start();
    const [kept, busy] = [await open(), await open()];
    kept.send(ask(way));
    await kept.until(isAnswered);
    stage.upstream.script({ kind: "slow-headers", delayMs: 300, of: { kind: "default" } });
    busy.send(ask(way));
    await waitFor(() => stage.upstream.received.length === 2);
    await pause(20);
    stage.gateway.server.closeIdleConnections();
    await kept.closed();
    expect(isAnswered(await busy.until(isAnswered))).toBe(true);
    expectWay(2);
  });

  it("a connection that is kept for too long is closed", async () => {
    await start();
    stage.gateway.server.keepAliveTimeout = 100;
    const client = await open();
    client.send(ask(way));
    expect(answersIn(await client.closed(30_000))).toBe(1);
    expectWay();
  });
});

it("a connection over which nothing comes is told so, and closed", async () => {
  await start();
  stage.gateway.server.headersTimeout = 100;
  const client = await open();
  expect(statusOf(await client.closed(30_000))).toBe(408);
});

it("a connection that brought plain requests may bring others", async () => {
  await start();
  const client = await open();
  client.send(ask("plain"));
  await client.until((text) => answersIn(text) === 1 && isAnswered(text));
  client.send(ask("node"));
  await client.until((text) => answersIn(text) === 2 && text.endsWith("}"));
  client.send(ask("plain"));
  await client.until((text) => answersIn(text) === 3 && text.endsWith("}"));
  client.send("GET / HTTP/1.1\r\nhost: g\r\n\r\n");
  await client.until((text) => answersIn(text) === 4);
  // Whoever was handed over stays there.
  expect(taken).toEqual(["plain", "node", "node", "node"]);
});
