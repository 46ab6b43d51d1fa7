// A client that leaves, in any phase: the vendor is told at once, and what was used is settled, once.

import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  makePrincipal,
  makeProvider,
  makeScope,
  makeSnapshot,
  makeTarget,
  startGateway,
  testKey,
} from "./support/gateway.ts";
import { openRaw, requestText } from "./support/raw-socket.ts";
import type { RawConnection } from "./support/raw-socket.ts";
import { chatPath, hello, helloStream, keyHeader, pause, startStage, waitFor } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";

const long: Script = { kind: "chat", chunks: 500, tokensPerSecond: 50 };
const onlyOneAtATime = makePrincipal({
  scopes: [
    makeScope("key", "key-1", { limits: { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1 } }),
  ],
});

describe("a client that leaves", () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await startStage({
      snapshot: { principals: { [testKey]: onlyOneAtATime } },
      target: { prices: [{ price: { input: { base: 1_000_000 }, output: { base: 2_000_000 }, version: "t" } }] },
      timeouts: { retryDelayMs: 200 },
    });
  });
  afterEach(() => stage.close());

  async function begin(body: object, path = chatPath): Promise<RawConnection> {
    const connection = await openRaw(stage.gateway.url);
    connection.send(requestText({ path, headers: { "x-api-key": testKey }, body: JSON.stringify(body) }));
    return connection;
  }

  async function expectAbort(withinMs = 1_000): Promise<void> {
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0, withinMs);
    expect(stage.upstream.received.at(-1)?.aborted).toBe(true);
    const record = await stage.onlyRecord();
    expect(record).toMatchObject({ status: "client_abort", estimated: true, errorCode: null });
    expect(record.promptTokens).toBeGreaterThan(0);
    expect(record.costNanos).toBeGreaterThan(0);
    await expectReleased();
  }

  /** The only place of the key is free again. */
  async function expectReleased(): Promise<void> {
    stage.upstream.script({ kind: "chat", text: "next" });
    expect((await stage.post(hello)).status).toBe(200);
  }

  it.each([
    ["chat", hello, chatPath],
    ["a stream", helloStream, chatPath],
    ["completions", { model: "fake-model", prompt: "hello" }, "/v1/completions"],
    ["embeddings", { model: "fake-model", input: "hello" }, "/v1/embeddings"],
  ])("before the vendor's headers (%s)", async (_name, body, path) => {
    stage.upstream.script({ kind: "stall", after: "connect" });
    const connection = await begin(body, path);
    await stage.upstream.waitForRequest();
    connection.destroy();
    await expectAbort();
    expect(stage.gateway.records[0]).toMatchObject({ httpStatus: 499, completionTokens: 0, ttftMs: null });
  });

  it("between the vendor's headers and its first event", async () => {
    stage.upstream.script({ kind: "stall", after: "headers", of: long });
    const connection = await begin(helloStream);
    await stage.upstream.waitForRequest();
    await pause(50);
    connection.destroy();
    await expectAbort();
  });

  it("in the middle of a stream, and pays for what had come", async () => {
    stage.upstream.script(long);
    const connection = await begin(helloStream);
    await connection.until((text) => text.includes("word10"));
    connection.destroy();
    await expectAbort();
    const { completionTokens = 0, httpStatus, ttftMs } = stage.gateway.records[0] ?? {};
    // "word1 word2 ... word10" are two to three tokens each.
    expect(completionTokens).toBeGreaterThan(10);
    expect(completionTokens).toBeLessThan(60);
    expect(httpStatus).toBe(200);
    expect(ttftMs).not.toBeNull();
  });

  it("with a polite FIN, too", async () => {
    stage.upstream.script(long);
    const connection = await begin(helloStream);
    await connection.until((text) => text.includes("word3"));
    connection.socket.destroySoon();
    await expectAbort();
  });

  it("in the middle of a whole answer", async () => {
    stage.upstream.script({
      kind: "answer",
      body: { choices: [], filler: "x".repeat(1000) },
      writeBytes: 20,
      paceMs: 100,
    });
    const connection = await begin(hello);
    await stage.upstream.waitForRequest();
    await pause(250);
    connection.destroy();
    await expectAbort();
  });

  it("while it does not read what it is sent", async () => {
    stage.upstream.script({ kind: "huge", bytes: 100_000_000 });
    const connection = await begin(helloStream);
    connection.socket.pause();
    await pause(300);
    connection.destroy();
    await expectAbort();
  });

  it("during the pause before a retry", async () => {
    stage.upstream.script({ kind: "error", status: 500 });
    const connection = await begin(hello);
    await stage.upstream.waitForRequest();
    await pause(50);
    connection.destroy();
    await waitFor(() => stage.gateway.records.length > 0);
    await pause(500);
    expect(stage.upstream.received).toHaveLength(1);
    expect(stage.gateway.records).toMatchObject([{ status: "client_abort", attempts: 1 }]);
    await expectReleased();
  });

  it("while its body is still to come: nobody was asked, and nothing is recorded", async () => {
    const connection = await openRaw(stage.gateway.url);
    connection.send(requestText({ path: chatPath, headers: { ...keyHeader, "content-length": "500" } }) + "{");
    await pause(50);
    connection.destroy();
    await pause(100);
    expect(stage.upstream.received).toHaveLength(0);
    expect(stage.gateway.records).toHaveLength(0);
    await expectReleased();
  });

  it("after the whole answer: nothing is wrong with that", async () => {
    const connection = await begin(helloStream);
    await connection.until((text) => text.includes("[DONE]"));
    connection.destroy();
    expect(await stage.onlyRecord()).toMatchObject({ status: "ok" });
  });

  it("by fifty at once: every connection to the vendor is closed, each with one record", async () => {
    stage.gateway.swap(makeSnapshot({ targets: [makeTarget(stage.provider, "fake-model")] }));
    stage.upstream.script(long);
    const connections = await Promise.all(Array.from({ length: 50 }, () => begin(helloStream)));
    await Promise.all(connections.map((connection) => connection.until((text) => text.includes("word2"))));
    for (const connection of connections) connection.destroy();
    await stage.upstream.waitUntil(() => stage.upstream.openSockets() === 0, 2_000);
    await waitFor(() => stage.gateway.records.length >= 50);
    await pause(50);
    expect(stage.gateway.records.map(({ status }) => status)).toEqual(Array(50).fill("client_abort"));
    expect(new Set(stage.gateway.records.map(({ id }) => id)).size).toBe(50);
  });
});

describe("a client that leaves while the vendor is being connected to", () => {
  it("leaves no connection and no reservation behind, and is not charged", async () => {
    const sockets: Socket[] = [];
    const deaf = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
    const { port } = deaf.address() as AddressInfo;
    // TLS to a server that never answers its greeting is a connection that never comes about.
    const provider = makeProvider("openai", `https://127.0.0.1:${port}/v1`);
    const gateway = await startGateway(
      makeSnapshot({ targets: [makeTarget(provider, "fake-model")], principals: { [testKey]: onlyOneAtATime } }),
    );
    for (let turn = 1; turn <= 3; turn += 1) {
      const connection = await openRaw(gateway.url);
      connection.send(requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(hello) }));
      await waitFor(() => sockets.length >= 1);
      await pause(50);
      connection.destroy();
      await waitFor(() => gateway.records.length === turn, 1_000);
    }
    expect(gateway.records).toMatchObject(
      Array.from({ length: 3 }, () => ({
        status: "client_abort",
        promptTokens: 0,
        completionTokens: 0,
        estimated: false,
      })),
    );
    await gateway.close();
    for (const socket of sockets) socket.destroy();
    deaf.close();
  });
});
