// What both ways to vendors do when a vendor cannot be reached, falls silent, or breaks off: in every phase.

import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UpstreamAnswer, UpstreamClient } from "#gateway/upstream/upstream.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { pause, waitFor } from "./support/stage.ts";
import { ask, bothClients, post, readTold } from "./upstream-support/both-clients.ts";
import { BreakingStage, largeBody } from "./upstream-support/breaking-stage.ts";
import { answerText, chunkedHead, chunkText } from "./upstream-support/raw-vendor.ts";

describe.each(bothClients)("over $name", ({ name, create }) => {
  const stage = new BreakingStage(create);
  beforeEach(() => stage.start());
  afterEach(() => stage.close());

  describe("a vendor that cannot be reached", () => {
    it("refuses the connection", async () => {
      const { url } = stage.deaf;
      await stage.deaf.close();
      const { failure } = await ask(stage.client, post(url));
      expect(failure).toMatchObject({ kind: "connect", message: "the connection failed (ECONNREFUSED)" });
    });

    it("has no address", async () => {
      const url = "http://stage.vendor.invalid";
      expect((await ask(stage.client, post(url))).failure).toMatchObject({ kind: "connect" });
    });

    it("does not finish connecting", async () => {
      const hasty = create({ timeouts: { connectMs: 100 } });
      const startedAt = performance.now();
      const { failure } = await ask(hasty, post(stage.deaf.url.replace("http:", "https:")));
      expect(failure).toMatchObject({ kind: "connect", message: "connecting timed out" });
      // undici's clock ticks twice a second.
      expect(performance.now() - startedAt).toBeLessThan(1_900 * slowdown());
      await hasty.close();
    });

    it("closes the connection while it is made", async () => {
      stage.greet = (socket) => socket.destroy();
      const call = stage.client.send(post(stage.deaf.url.replace("http:", "https:")));
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
      expect(tookMs).toBeLessThan(limitMs * slowdown());
      return failure;
    };

    it.each([
      ["before its answer", ""],
      ["behind words before it", "HTTP/1.1 102 Processing\r\n\r\n"],
      ["within the head", "HTTP/1.1 200 OK\r\nContent-"],
    ])("%s is not waited for without end", async (_when, text) => {
      stage.act = (socket) => socket.write(text);
      const told = await failsWithin(1_900, () => ask(hasty, post(stage.vendor.url)));
      expect(told).toMatchObject({ status: 0, failure: { kind: "timeout", message: "no answer in time" } });
      await waitFor(() => [...stage.vendor.sockets].every(({ readableEnded }) => readableEnded));
    });

    it.each([
      ["within a body", answerText("hello").slice(0, -3)],
      ["within a stream", chunkedHead + chunkText("he")],
    ])("%s is not waited for without end", async (_when, text) => {
      stage.act = (socket) => socket.write(text);
      const told = await failsWithin(1_900, () => ask(hasty, post(stage.vendor.url)));
      expect(told).toMatchObject({ text: "he", failure: { kind: "timeout", message: "the answer stalled" } });
    });

    it("for less than that at a time is waited for", async () => {
      stage.act = async (socket) => {
        socket.write(chunkedHead);
        for (let left = 12; left > 0; left -= 1) {
          await pause(100);
          socket.write(chunkText("."));
        }
        socket.write("0\r\n\r\n");
      };
      expect(await ask(hasty, post(stage.vendor.url))).toMatchObject({ text: ".".repeat(12), failure: null });
    });

    // undici gives up at once.
    if (name === "lean")
      it("while nobody reads is not to blame, and has all of the time again afterwards", async () => {
        let socket: Socket | null = null;
        stage.act = (own) => {
          socket = own;
          own.write(chunkedHead + chunkText("a"));
        };
        const answer: UpstreamAnswer = await hasty.send(post(stage.vendor.url)).answer;
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
      stage.greet = breaks;
      const call = stage.client.send(post(stage.deaf.url, largeBody));
      const failure = await call.answer.catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: "UpstreamFailure", kind: expect.stringMatching(/broken|connect/) });
      if (name === "lean") expect(call.isSent).toBe(false);
      await stage.expectUsable();
    });

    it.each(["resetAndDestroy", "end"] as const)("after the request (%s)", async (breaks) => {
      stage.act = (socket) => socket[breaks]();
      const call = stage.client.send(post(stage.vendor.url));
      const failure = await call.answer.catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: "UpstreamFailure", kind: "broken" });
      expect(call.isSent).toBe(true);
      await stage.expectUsable();
    });

    it.each(["resetAndDestroy", "end"] as const)("within a head (%s)", async (breaks) => {
      stage.act = (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-");
        setTimeout(() => socket[breaks](), 20);
      };
      expect(await ask(stage.client, post(stage.vendor.url))).toMatchObject({ status: 0, failure: { kind: "broken" } });
      await stage.expectUsable();
    });

    it.each([
      ["a body", answerText("hello").slice(0, -3)],
      ["chunks", chunkedHead + chunkText("he")],
      // undici takes it for whole.
      ...(name === "lean" ? [["what only the end of the connection ends", "HTTP/1.1 200 OK\r\n\r\nhe"]] : []),
    ])("by a reset within %s", async (_what, text) => {
      stage.act = (socket) => {
        socket.write(text);
        setTimeout(() => socket.resetAndDestroy(), 30);
      };
      expect(await ask(stage.client, post(stage.vendor.url))).toMatchObject({
        text: "he",
        failure: { kind: "broken" },
      });
      await stage.expectUsable();
    });

    it("while nobody reads is told at once", async () => {
      let socket: Socket | null = null;
      stage.act = (own) => {
        socket = own;
        own.write(chunkedHead + chunkText("hi"));
      };
      const answer = await stage.client.send(post(stage.vendor.url)).answer;
      const told = readTold(answer);
      await pause(20);
      answer.pause();
      (socket as Socket | null)?.resetAndDestroy();
      expect(await told).toMatchObject({ text: "hi", failure: { kind: "broken" } });
    });
  });
});
