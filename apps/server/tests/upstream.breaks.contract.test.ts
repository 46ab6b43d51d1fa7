// What both ways to vendors do when a request is given up, or when what it goes over breaks or falls silent: in every phase.

import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UpstreamAnswer, UpstreamCall, UpstreamClient } from "#gateway/upstream/upstream.ts";
import { pause, waitFor } from "./support/stage.ts";
import { ask, bothClients, get, post, readTold } from "./upstream-support/both-clients.ts";
import { answerText, chunkedHead, chunkText, startRawVendor } from "./upstream-support/raw-vendor.ts";
import type { RawVendor } from "./upstream-support/raw-vendor.ts";

const large = Buffer.alloc(20_000_000, "x");

describe.each(bothClients)("over $name", ({ name, create }) => {
  /** Does with each request what the test says. */
  let vendor: RawVendor;
  let act: (socket: Socket) => void;
  /** Reads no more than heads; does what the test says when somebody connects. */
  let deaf: RawVendor;
  let greet: (socket: Socket) => void;
  let client: UpstreamClient;

  beforeEach(async () => {
    act = (socket) => socket.write(answerText("ok"));
    vendor = await startRawVendor({ onRequest: ({ socket }) => act(socket) });
    greet = () => {};
    deaf = await startRawVendor({ onConnection: (socket) => greet(socket), onHead: () => {} });
    client = create();
  });
  afterEach(async () => {
    await client.close();
    await vendor.close();
    await deaf.close();
  });

  /** What undici does less well. */
  const itsOwn = it.runIf(name === "lean");

  const usable = async (): Promise<void> => {
    act = (socket) => socket.write(answerText("ok"));
    expect(await ask(client, post(vendor.url))).toMatchObject({ status: 200, text: "ok" });
  };

  describe("a request that is given up", () => {
    const expectAborted = async (call: UpstreamCall): Promise<void> => {
      await expect(call.answer).rejects.toMatchObject({ name: "UpstreamFailure", kind: "aborted" });
    };

    it("at once is not sent", async () => {
      const call = client.send(post(vendor.url));
      call.abort();
      await expectAborted(call);
      await usable();
      expect(vendor.requests).toHaveLength(1);
      expect(call.isSent).toBe(false);
    });

    it("while there is a connection for it leaves that to the next one", async () => {
      await usable();
      await pause(30);
      const call = client.send(post(vendor.url));
      call.abort();
      await expectAborted(call);
      await usable();
      expect(vendor.connections).toBe(name === "lean" ? 1 : 2);
    });

    it("while it connects is told at once", async () => {
      const call = client.send(post(deaf.url.replace("http:", "https:")));
      await waitFor(() => deaf.sockets.size === 1);
      const startedAt = performance.now();
      call.abort();
      await expectAborted(call);
      expect(performance.now() - startedAt).toBeLessThan(500);
      await usable();
    });

    it("while its body goes out closes the connection", async () => {
      const call = client.send(post(deaf.url, large));
      await waitFor(() => deaf.sockets.size === 1);
      await pause(50);
      // For undici it is sent when it lies in the socket's buffer.
      expect(call.isSent).toBe(name === "undici");
      call.abort();
      await expectAborted(call);
      for (const socket of deaf.sockets) socket.resume();
      await waitFor(
        () => deaf.sockets.size === 0 || [...deaf.sockets].every(({ readableEnded }) => readableEnded),
        2_000,
      );
      await usable();
    });

    const begin = async (write: (socket: Socket) => void): Promise<UpstreamCall> => {
      let isBegun = false;
      act = (socket) => {
        write(socket);
        isBegun = true;
      };
      const call = client.send(post(vendor.url));
      await waitFor(() => isBegun);
      return call;
    };
    const expectClosed = async (): Promise<void> => {
      await waitFor(() => [...vendor.sockets].every(({ readableEnded, destroyed }) => readableEnded || destroyed), 500);
      await usable();
    };

    it("while the vendor works closes the connection", async () => {
      const call = await begin(() => {});
      expect(call.isSent).toBe(true);
      call.abort();
      await expectAborted(call);
      await expectClosed();
    });

    it("within a head closes the connection", async () => {
      const call = await begin((socket) => socket.write("HTTP/1.1 200 OK\r\nContent-"));
      await pause(20);
      call.abort();
      await expectAborted(call);
      await expectClosed();
    });

    it.each([
      ["within its answer", false],
      ["within its answer, while nobody reads it,", true],
    ])("%s tells the sink, and closes the connection", async (_when, pauses) => {
      const answer = await (await begin((socket) => socket.write(chunkedHead + chunkText("hi")))).answer;
      const told = readTold(answer);
      await pause(20);
      if (pauses) answer.pause();
      answer.abort();
      expect(await told).toMatchObject({ text: "hi", failure: { kind: "aborted" } });
      await expectClosed();
    });

    it("when its answer has ended changes nothing", async () => {
      const call = client.send(post(vendor.url));
      expect((await readTold(await call.answer)).text).toBe("ok");
      call.abort();
      await usable();
      // undici has a connection each for two that come at once, or nearly so.
      if (name === "lean") expect(vendor.connections).toBe(1);
    });
  });

  describe("a vendor that cannot be reached", () => {
    it("refuses the connection", async () => {
      const { url } = deaf;
      await deaf.close();
      const { failure } = await ask(client, post(url));
      expect(failure).toMatchObject({ kind: "connect", message: "the connection failed (ECONNREFUSED)" });
    });

    it("has no address", async () => {
      const url = "http://vendor.invalid";
      expect((await ask(client, post(url))).failure).toMatchObject({ kind: "connect" });
    });

    it("does not finish connecting", async () => {
      const hasty = create({ timeouts: { connectMs: 100 } });
      const startedAt = performance.now();
      const { failure } = await ask(hasty, post(deaf.url.replace("http:", "https:")));
      expect(failure).toMatchObject({ kind: "connect", message: "connecting timed out" });
      // undici's clock ticks twice a second.
      expect(performance.now() - startedAt).toBeLessThan(1_900);
      await hasty.close();
    });

    it("closes the connection while it is made", async () => {
      greet = (socket) => socket.destroy();
      const call = client.send(post(deaf.url.replace("http:", "https:")));
      const failure = await call.answer.catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind: name === "lean" ? "connect" : "broken" });
      expect(call.isSent).toBe(false);
    });
  });

  describe("a vendor that falls silent", () => {
    let hasty: UpstreamClient;
    beforeEach(() => {
      hasty = create({ timeouts: { firstByteMs: 300, idleMs: 300 } });
    });
    afterEach(() => hasty.close());

    const failsWithin = async (limitMs: number, read: () => Promise<unknown>): Promise<unknown> => {
      const startedAt = performance.now();
      const failure = await read();
      const tookMs = performance.now() - startedAt;
      expect(tookMs).toBeGreaterThan(250);
      expect(tookMs).toBeLessThan(limitMs);
      return failure;
    };

    it.each([
      ["before its answer", ""],
      ["behind words before it", "HTTP/1.1 102 Processing\r\n\r\n"],
      ["within the head", "HTTP/1.1 200 OK\r\nContent-"],
    ])("%s is not waited for without end", async (_when, text) => {
      act = (socket) => socket.write(text);
      const told = await failsWithin(1_900, () => ask(hasty, post(vendor.url)));
      expect(told).toMatchObject({ status: 0, failure: { kind: "timeout", message: "no answer in time" } });
      await waitFor(() => [...vendor.sockets].every(({ readableEnded }) => readableEnded));
    });

    it.each([
      ["within a body", answerText("hello").slice(0, -3)],
      ["within a stream", chunkedHead + chunkText("he")],
    ])("%s is not waited for without end", async (_when, text) => {
      act = (socket) => socket.write(text);
      const told = await failsWithin(1_900, () => ask(hasty, post(vendor.url)));
      expect(told).toMatchObject({ text: "he", failure: { kind: "timeout", message: "the answer stalled" } });
    });

    it("for less than that at a time is waited for", async () => {
      act = async (socket) => {
        socket.write(chunkedHead);
        for (let left = 12; left > 0; left -= 1) {
          await pause(100);
          socket.write(chunkText("."));
        }
        socket.write("0\r\n\r\n");
      };
      expect(await ask(hasty, post(vendor.url))).toMatchObject({ text: ".".repeat(12), failure: null });
    });

    itsOwn("while nobody reads is not to blame, and has all of the time again afterwards", async () => {
      let socket: Socket | null = null;
      act = (own) => {
        socket = own;
        own.write(chunkedHead + chunkText("a"));
      };
      const answer: UpstreamAnswer = await hasty.send(post(vendor.url)).answer;
      const told = readTold(answer);
      await pause(20);
      answer.pause();
      await pause(1_500);
      answer.resume();
      await pause(150);
      (socket as Socket | null)?.write(`${chunkText("b")}0\r\n\r\n`);
      expect(await told).toEqual({ text: "ab", failure: null });
    });
  });

  describe("a connection that breaks", () => {
    it.each([
      ["before the request", (socket: Socket) => socket.resetAndDestroy()],
      ["after it is made", (socket: Socket) => void setTimeout(() => socket.resetAndDestroy(), 30)],
      ["by an end of the vendor's side", (socket: Socket) => void setTimeout(() => socket.end(), 30)],
    ])("%s, while a large body goes out", async (_when, breaks) => {
      greet = breaks;
      const call = client.send(post(deaf.url, large));
      const failure = await call.answer.catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: "UpstreamFailure", kind: expect.stringMatching(/broken|connect/) });
      if (name === "lean") expect(call.isSent).toBe(false);
      await usable();
    });

    it.each(["resetAndDestroy", "end"] as const)("after the request (%s)", async (breaks) => {
      act = (socket) => socket[breaks]();
      const call = client.send(post(vendor.url));
      const failure = await call.answer.catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: "UpstreamFailure", kind: "broken" });
      expect(call.isSent).toBe(true);
      await usable();
    });

    it.each(["resetAndDestroy", "end"] as const)("within a head (%s)", async (breaks) => {
      act = (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-");
        setTimeout(() => socket[breaks](), 20);
      };
      expect(await ask(client, post(vendor.url))).toMatchObject({ status: 0, failure: { kind: "broken" } });
      await usable();
    });

    it.each([
      ["a body", answerText("hello").slice(0, -3)],
      ["chunks", chunkedHead + chunkText("he")],
      // undici takes it for whole.
      ...(name === "lean" ? [["what only the end of the connection ends", "HTTP/1.1 200 OK\r\n\r\nhe"]] : []),
    ])("by a reset within %s", async (_what, text) => {
      act = (socket) => {
        socket.write(text);
        setTimeout(() => socket.resetAndDestroy(), 30);
      };
      expect(await ask(client, post(vendor.url))).toMatchObject({ text: "he", failure: { kind: "broken" } });
      await usable();
    });

    it("while nobody reads is told at once", async () => {
      let socket: Socket | null = null;
      act = (own) => {
        socket = own;
        own.write(chunkedHead + chunkText("hi"));
      };
      const answer = await client.send(post(vendor.url)).answer;
      const told = readTold(answer);
      await pause(20);
      answer.pause();
      (socket as Socket | null)?.resetAndDestroy();
      expect(await told).toMatchObject({ text: "hi", failure: { kind: "broken" } });
    });
  });

  it("closing ends all that runs, and nothing goes out afterwards", async () => {
    const answered = async (text: string): Promise<UpstreamAnswer> => {
      act = (socket) => socket.write(text);
      return client.send(post(vendor.url)).answer;
    };
    await usable();
    const streaming = readTold(await answered(chunkedHead + chunkText("hi")));
    const paused = await answered(chunkedHead + chunkText("hi"));
    paused.pause();
    const untold = readTold(paused);
    act = () => {};
    const waiting = client.send(post(vendor.url));
    const sending = client.send(post(deaf.url, large));
    // undici lets those go on that connect.
    const connecting = name === "lean" ? [client.send(post(deaf.url.replace("http:", "https:")))] : [];
    await waitFor(() => deaf.sockets.size === 1 + connecting.length);
    await pause(50);
    const queued = client.send(get(vendor.url));
    await client.close();
    for (const call of [waiting, sending, queued, ...connecting])
      await expect(call.answer).rejects.toMatchObject({ name: "UpstreamFailure" });
    for (const told of [streaming, untold]) expect((await told).failure).not.toBeNull();
    for (const socket of deaf.sockets) socket.resume();
    const isOver = ({ readableEnded, destroyed }: Socket): boolean => readableEnded || destroyed;
    await waitFor(() => [...vendor.sockets, ...deaf.sockets].every(isOver), 2_000);
    const before = vendor.requests.length;
    await expect(client.send(post(vendor.url)).answer).rejects.toMatchObject({ name: "UpstreamFailure" });
    await pause(30);
    expect(vendor.requests).toHaveLength(before);
  });
});
