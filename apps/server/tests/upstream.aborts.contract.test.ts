// What both ways to vendors do when a request is given up, in every phase, and when all of them are.

import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UpstreamAnswer, UpstreamCall } from "#gateway/upstream/upstream.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { pause, waitFor } from "./support/stage.ts";
import { bothClients, get, post, readTold } from "./upstream-support/both-clients.ts";
import { BreakingStage, largeBody } from "./upstream-support/breaking-stage.ts";
import { chunkedHead, chunkText } from "./upstream-support/raw-vendor.ts";

describe.each(bothClients)("over $name", ({ name, create }) => {
  const stage = new BreakingStage(create);
  beforeEach(() => stage.start());
  afterEach(() => stage.close());

  describe("a request that is given up", () => {
    const expectAborted = async (call: UpstreamCall): Promise<void> => {
      await expect(call.answer).rejects.toMatchObject({ name: "UpstreamFailure", kind: "aborted" });
    };

    it("at once is not sent", async () => {
      const call = stage.client.send(post(stage.vendor.url));
      call.abort();
      await expectAborted(call);
      await stage.expectUsable();
      expect(stage.vendor.requests).toHaveLength(1);
      expect(call.isSent).toBe(false);
    });

    it("while there is a connection for it leaves that to the next one", async () => {
      await stage.expectUsable();
      await pause(30);
      const call = stage.client.send(post(stage.vendor.url));
      call.abort();
      await expectAborted(call);
      await stage.expectUsable();
      expect(stage.vendor.connections).toBe(name === "lean" ? 1 : 2);
    });

    it("while it connects is told at once", async () => {
      const call = stage.client.send(post(stage.deaf.url.replace("http:", "https:")));
      await waitFor(() => stage.deaf.sockets.size === 1);
      const startedAt = performance.now();
      call.abort();
      await expectAborted(call);
      expect(performance.now() - startedAt).toBeLessThan(500 * slowdown());
      await stage.expectUsable();
    });

    it("while its body goes out closes the connection", async () => {
      const call = stage.client.send(post(stage.deaf.url, largeBody));
      await waitFor(() => stage.deaf.sockets.size === 1);
      await pause(50);
      // For undici it is sent when it lies in the socket's buffer.
      expect(call.isSent).toBe(name === "undici");
      call.abort();
      await expectAborted(call);
      for (const socket of stage.deaf.sockets) socket.resume();
      await waitFor(
        () => stage.deaf.sockets.size === 0 || [...stage.deaf.sockets].every(({ readableEnded }) => readableEnded),
        2_000,
      );
      await stage.expectUsable();
    });

    const begin = async (write: (socket: Socket) => void): Promise<UpstreamCall> => {
      let isBegun = false;
      stage.act = (socket) => {
        write(socket);
        isBegun = true;
      };
      const call = stage.client.send(post(stage.vendor.url));
      await waitFor(() => isBegun);
      return call;
    };
    const expectClosed = async (): Promise<void> => {
      await waitFor(
        () => [...stage.vendor.sockets].every(({ readableEnded, destroyed }) => readableEnded || destroyed),
        500,
      );
      await stage.expectUsable();
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
      const call = stage.client.send(post(stage.vendor.url));
      expect((await readTold(await call.answer)).text).toBe("ok");
      call.abort();
      await stage.expectUsable();
      // undici has a connection each for two that come at once, or nearly so.
      if (name === "lean") expect(stage.vendor.connections).toBe(1);
    });
  });

  it("closing ends all that runs, and nothing goes out afterwards", async () => {
    const answered = async (text: string): Promise<UpstreamAnswer> => {
      stage.act = (socket) => socket.write(text);
      return stage.client.send(post(stage.vendor.url)).answer;
    };
    await stage.expectUsable();
    const streaming = readTold(await answered(chunkedHead + chunkText("hi")));
    const paused = await answered(chunkedHead + chunkText("hi"));
    paused.pause();
    const untold = readTold(paused);
    stage.act = () => {};
    const waiting = stage.client.send(post(stage.vendor.url));
    const sending = stage.client.send(post(stage.deaf.url, largeBody));
    // undici lets those go on that connect.
    const connecting = name === "lean" ? [stage.client.send(post(stage.deaf.url.replace("http:", "https:")))] : [];
    await waitFor(() => stage.deaf.sockets.size === 1 + connecting.length);
    await pause(50);
    const queued = stage.client.send(get(stage.vendor.url));
    await stage.client.close();
    for (const call of [waiting, sending, queued, ...connecting])
      await expect(call.answer).rejects.toMatchObject({ name: "UpstreamFailure" });
    for (const told of [streaming, untold]) expect((await told).failure).not.toBeNull();
    for (const socket of stage.deaf.sockets) socket.resume();
    const isOver = ({ readableEnded, destroyed }: Socket): boolean => readableEnded || destroyed;
    await waitFor(() => [...stage.vendor.sockets, ...stage.deaf.sockets].every(isOver), 2_000);
    const before = stage.vendor.requests.length;
    await expect(stage.client.send(post(stage.vendor.url)).answer).rejects.toMatchObject({ name: "UpstreamFailure" });
    await pause(30);
    expect(stage.vendor.requests).toHaveLength(before);
  });
});
