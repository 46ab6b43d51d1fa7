// Streams that clients may come back to, as every engine of link has to keep them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lostAfterMs, mostReadBytes } from "#link/streams.ts";
import type { StreamPiece, Streams } from "#link/streams.ts";
import { linkEngines } from "./link-support/engines.ts";
import type { StartedLink } from "./link-support/engines.ts";

const minute = 60_000;
const about = { owner: "k u", dialect: "openai-chat", contentType: "text/event-stream" };

function piece(at: number, text: string | Buffer, change: Partial<StreamPiece> = {}): StreamPiece {
  const bytes = Buffer.from(text);
  return { id: "one", about, at, bytes, end: null, lifetimeMs: minute, ...change };
}

describe.each(linkEngines)("the streams ($name)", ({ start }) => {
  let started: StartedLink;
  let streams: Streams;

  const told = async (id = "one", from = 0): Promise<string | null> => {
    const found = await streams.read(id, from);
    return found && Buffer.from(found.bytes).toString("latin1");
  };

  beforeEach(async () => {
    started = await start();
    ({ streams } = started.link);
  });

  afterEach(() => started.close());

  it("tell what was told, from any place on, and how it ended", async () => {
    expect(await streams.read("one", 0)).toBeNull();
    expect(await streams.append(piece(0, "abc"))).toEqual({ isKept: true, readMsAgo: null });
    await streams.append(piece(3, "def"));
    expect(await streams.read("one", 2)).toMatchObject({ about, length: 6, end: null });
    expect([await told("one", 2), await told("one", 6), await told("one", 9)]).toEqual(["cdef", "", ""]);
    await streams.append(piece(6, "g", { end: "whole" }));
    expect(await streams.read("one", 0)).toMatchObject({ length: 7, end: "whole" });
    expect(await streams.append(piece(7, "h"))).toMatchObject({ isKept: false });
    expect(await told()).toBe("abcdefg");
  });

  it("keep bytes that are no text, and letters in parts", async () => {
    const bytes = Buffer.from([0, 255, 254, 10, 128, ...Buffer.from("ü").subarray(0, 1)]);
    await streams.append(piece(0, bytes));
    await streams.append(piece(bytes.length, Buffer.from("ü").subarray(1)));
    expect(await told()).toBe(Buffer.concat([bytes, Buffer.from("ü").subarray(1)]).toString("latin1"));
  });

  it("hand over so much at a time", async () => {
    const text = "0123456789".repeat(20_000);
    await streams.append(piece(0, text));
    const first = await told();
    expect(first).toHaveLength(mostReadBytes);
    expect(await told("one", 150_000)).toBe(text.slice(150_000));
  });

  it("do not go on where something is missing", async () => {
    await streams.append(piece(0, "abc"));
    expect(await streams.append(piece(4, "e"))).toMatchObject({ isKept: false });
    expect(await streams.append(piece(2, "c", { id: "two" }))).toMatchObject({ isKept: false });
    expect(await streams.read("two", 0)).toBeNull();
  });

  it("say who wrote is not there any more, and forget each when its time is over", async () => {
    await streams.append(piece(0, "abc"));
    await started.advance(lostAfterMs);
    await streams.append(piece(3, ""));
    await started.advance(lostAfterMs);
    expect(await streams.read("one", 0)).toMatchObject({ end: null });
    await started.advance(1);
    expect(await streams.read("one", 0)).toMatchObject({ end: "lost", length: 3 });
    await started.advance(minute);
    expect(await streams.read("one", 0)).toBeNull();
    expect(await streams.append(piece(3, "d"))).toMatchObject({ isKept: false });
  });

  it("tell who writes how long ago somebody has read", async () => {
    await streams.append(piece(0, "a"));
    await streams.read("one", 0);
    await started.advance(1_500);
    expect(await streams.append(piece(1, ""))).toEqual({ isKept: true, readMsAgo: 1_500 });
  });

  it("say that nothing is kept of what was dropped", async () => {
    await streams.append(piece(0, "abc"));
    expect(await streams.append(piece(3, "d", { end: "dropped" }))).toMatchObject({ isKept: false });
    expect(await streams.read("one", 0)).toMatchObject({ length: 0, end: "dropped" });
    expect(await streams.append(piece(3, "d"))).toMatchObject({ isKept: false });
  });

  it("make room of those that are over, and keep no more than they may", async () => {
    const small = await start({ streamBytes: 40_000 });
    ({ streams } = small.link);
    const large = "x".repeat(9_000);
    await streams.append(piece(0, large, { id: "over", end: "whole" }));
    await streams.append(piece(0, large, { id: "running" }));
    const kept = await Promise.all(
      ["a", "b", "c", "d", "e"].map(async (id) => (await streams.append(piece(0, large, { id }))).isKept),
    );
    expect(kept.at(0)).toBe(true);
    expect(kept.at(-1)).toBe(false);
    expect(await streams.read("over", 0)).toBeNull();
    expect(await streams.read("running", 0)).toMatchObject({ length: 9_000, end: null });
    expect(await streams.read("e", 0)).toMatchObject({ length: 0, end: "dropped" });
    await small.close();
  });
});
