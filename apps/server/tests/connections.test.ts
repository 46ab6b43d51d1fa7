// What a client can hold of the server by its connections alone: their number, what it does not read, what it sends ahead.

import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testKey } from "./support/gateway.ts";
import { openRaw, requestText, statusOf } from "./support/raw-socket.ts";
import { chatPath, hello, helloStream, pause, startStage, waitFor } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const unreadMs = 300;
const capacity = { connections: 60, connectionsPerAddress: 40, answerUnreadMs: unreadMs };

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ capacity, random: () => 0 });
});
afterAll(() => stage.close());
beforeEach(() => stage.upstream.clear());

function openConnections(): Promise<number> {
  return new Promise((resolve) => stage.gateway.server.getConnections((_error, count) => resolve(count)));
}

async function untilOpen(count: number): Promise<void> {
  const deadline = performance.now() + 5_000;
  while ((await openConnections()) !== count) {
    if (performance.now() > deadline) throw new Error(`${await openConnections()} connections are open, not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A client that never closes its side, and reads nothing unless it is told to. */
function openStubborn(localAddress = "127.0.0.1"): Promise<Socket> {
  const { hostname: host, port } = new URL(stage.gateway.url);
  const socket = connect({ host, port: Number(port), allowHalfOpen: true, localAddress });
  socket.on("error", () => {});
  return new Promise((resolve) => socket.once("connect", () => resolve(socket)));
}

function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
  return new Promise((resolve) => socket.once("close", () => resolve(text)).once("end", () => resolve(text)));
}

function ask(body: object, path = chatPath): string {
  return requestText({ path, headers: { "x-api-key": testKey }, body: JSON.stringify(body) });
}

/** For whoever comes next. */
async function expectService(): Promise<void> {
  const client = await openRaw(stage.gateway.url);
  client.send(ask(hello));
  expect(statusOf(await client.until((text) => text.includes("usage")))).toBe(200);
  client.destroy();
  await untilOpen(0);
}

describe("a refusal written by hand", () => {
  it("closes the connection, also where the client does not", async () => {
    const floods = [
      "hello there\r\n\r\n",
      "CONNECT example.com:443 HTTP/1.1\r\nhost: a\r\n\r\n",
      `GET / HTTP/1.1\r\nhost: a\r\nx-a: ${"x".repeat(40_000)}\r\n\r\n`,
      "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
      `POST ${chatPath} HTTP/1.1\r\nhost: a\r\nexpect: a-miracle\r\n\r\n`,
    ];
    const sockets = await Promise.all(floods.map(() => openStubborn()));
    const answers = sockets.map(readAll);
    sockets.forEach((socket, index) => socket.write(floods[index] ?? ""));
    expect((await Promise.all(answers)).map(statusOf)).toEqual([400, 405, 431, 400, 417]);
    await untilOpen(0);
    for (const socket of sockets) socket.destroy();
  });
});

describe("more connections than there may be", () => {
  const refused = [
    { whose: "of one address", addresses: ["127.0.0.1"], most: 40, status: 429, code: "rate_limit_exceeded" },
    { whose: "in all", addresses: ["127.0.0.1", "127.0.0.2"], most: 60, status: 503, code: "service_unavailable" },
  ];
  it.each(refused)("$whose: told so and closed, and the others go on", async ({ addresses, most, status, code }) => {
    const held = await Promise.all(
      Array.from({ length: most }, (_, index) => openStubborn(addresses[index % addresses.length])),
    );
    const extra = await openStubborn();
    extra.write(ask(hello));
    const text = await readAll(extra);
    expect(statusOf(text)).toBe(status);
    expect(text).toContain(`"${code}"`);
    expect(text).toMatch(/retry-after: 1\r\n/);
    expect(text).toContain("connection: close\r\n");
    const [first] = held;
    first?.write(ask(hello));
    await new Promise<void>((resolve) => first?.once("data", () => resolve()));
    await untilOpen(most);
    for (const socket of held) socket.destroy();
    await untilOpen(0);
    await expectService();
  });
});

it("a trusted proxy has as many connections as its clients need", async () => {
  const edge = { trustedProxies: { addresses: ["loopback"], header: "auto" as const } };
  const behind = await startStage({ capacity: { connections: 10, connectionsPerAddress: 2 }, edge });
  const clients = await Promise.all(Array.from({ length: 6 }, () => openRaw(behind.gateway.url)));
  for (const client of clients) client.send(ask(hello));
  const texts = await Promise.all(clients.map((client) => client.until((text) => text.includes("usage"))));
  expect(new Set(texts.map(statusOf))).toEqual(new Set([200]));
  await behind.close();
});

describe("an answer that is not read", () => {
  const bytes = 24_000_000;
  it.each([
    ["a stream", helloStream],
    ["a plain answer", hello],
  ])("%s: its connection is closed and the vendor's with it", async (_name, body) => {
    stage.upstream.script({ kind: "huge", bytes });
    const records = stage.gateway.records.length;
    const client = await openStubborn();
    client.write(ask(body));
    await waitFor(() => stage.gateway.records.length > records);
    await waitFor(() => stage.upstream.openSockets() === 0);
    expect(stage.gateway.records.at(-1)?.status).toBe("client_abort");
    client.destroy();
  });

  it("of a vendor that sends it as a whole: closed as well", async () => {
    const answer = { choices: [{ message: { content: "x".repeat(14_000_000) } }] };
    stage.upstream.script({ kind: "answer", body: answer });
    const client = await openStubborn();
    client.write(ask(hello));
    await new Promise<void>((resolve) => client.once("readable", () => resolve()));
    await untilOpen(0);
    client.destroy();
  });
});

describe("requests that are sent ahead of their turn", () => {
  const get = requestText({ method: "GET", path: "/health/live" });

  it("a hundred: answered one after the other", async () => {
    const client = await openRaw(stage.gateway.url);
    client.send(get.repeat(100));
    const text = await client.until((received) => received.split("HTTP/1.1 200").length > 100);
    expect(text.match(/"status":"ok"/g)).toHaveLength(100);
    client.destroy();
  });

  it("only one at a time is worked on", async () => {
    stage.upstream.script({ kind: "slow-headers", delayMs: 60 });
    const client = await openRaw(stage.gateway.url);
    client.send(ask(hello).repeat(3));
    await waitFor(() => stage.upstream.received.length > 0);
    await pause(30);
    expect(stage.upstream.received).toHaveLength(1);
    await client.until((received) => received.split("HTTP/1.1 200").length > 3);
    client.destroy();
  });

  it("thousands at once: the connection is closed", async () => {
    const client = await openRaw(stage.gateway.url);
    client.send(get.repeat(5_000));
    await client.closed(2_000);
    await expectService();
  });
});
