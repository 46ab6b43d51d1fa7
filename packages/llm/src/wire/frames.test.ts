import { describe, expect, it } from "vitest";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { eachFrame, frameData, FrameCutter } from "./frames.ts";

function cut(pieces: readonly Buffer[], maxHeldBytes = 1_000_000): { pushed: Buffer[]; rest: Buffer | null } {
  const cutter = new FrameCutter(maxHeldBytes);
  const pushed = pieces.map((piece) => cutter.push(piece)).filter((part) => part !== null);
  return { pushed, rest: cutter.flush() };
}

/** From the first bare return on, all ends of lines are line feeds. */
function withoutReturns(text: string): string {
  const bare = /\r(?=[^\n])/.exec(text)?.index ?? text.length;
  return text.slice(0, bare) + text.slice(bare).replaceAll(/\r\n?/g, "\n");
}

const framesOf = (bytes: Buffer): string[] => Array.from(eachFrame(bytes), (frame) => frame.toString());

describe("FrameCutter", () => {
  it("answers a chunk of whole frames as it is, without a copy", () => {
    const chunk = Buffer.from("data: a\n\ndata: b\n\n");
    expect(new FrameCutter(100).push(chunk)).toBe(chunk);
  });

  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ])("finds every end of a frame with %s, wherever it is cut", (_name, newline) => {
    const text = `data: a${newline}${newline}: c${newline}event: x${newline}data: b${newline}${newline}`;
    const bytes = Buffer.from(text);
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const { pushed, rest } = cut([bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]);
        expect(Buffer.concat(pushed).toString()).toBe(text);
        expect(rest).toBeNull();
        for (const part of pushed) expect(part.toString()).toMatch(/\n\r?\n$/);
      }
    }
  });

  it.each(["\n", "\r\n"])(
    "takes an empty line without a frame for one of its own, wherever it is cut (%j)",
    (newline) => {
      const bytes = Buffer.from(`data: a${newline}${newline}${newline}data: b${newline}${newline}`);
      const whole = [`data: a${newline}${newline}`, newline, `data: b${newline}${newline}`];
      for (let at = 0; at <= bytes.length; at += 1) {
        const { pushed } = cut([bytes.subarray(0, at), bytes.subarray(at)]);
        expect(pushed.flatMap(framesOf)).toEqual(whole);
      }
    },
  );

  it.each(["data: a\r\rdata: b\r\r", "data: a\r\rdata: b\n\n", "data: a\r\rdata: b\r\n\r\n", "data: a\n\ndata: b\r\r"])(
    "reads lines that end with bare returns (%j), wherever they are cut",
    (text) => {
      const bytes = Buffer.from(text);
      for (let at = 0; at <= bytes.length; at += 1) {
        const cutter = new FrameCutter(1_000);
        const pushed = [bytes.subarray(0, at), bytes.subarray(at)].map((piece) => cutter.push(piece));
        const frames = [...pushed, cutter.flush()].filter((part) => part !== null).flatMap(framesOf);
        expect(frames).toEqual(["data: a\n\n", "data: b\n\n"]);
      }
    },
  );

  it("answers an event of a stream with bare returns at once", () => {
    expect(new FrameCutter(1_000).push(Buffer.from("data: a\r\r"))?.toString()).toBe("data: a\n\n");
  });

  it("drops a byte order mark, wherever it is cut", () => {
    const bytes = Buffer.from("\ufeffdata: a\n\n");
    for (let at = 0; at <= bytes.length; at += 1) {
      const { pushed } = cut([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(Buffer.concat(pushed).toString()).toBe("data: a\n\n");
    }
  });

  it("keeps what is not at its end, and gives it up when asked", () => {
    const { pushed, rest } = cut([Buffer.from("data: a\n\ndata: b\n")]);
    expect(pushed.map(String)).toEqual(["data: a\n\n"]);
    expect(rest?.toString()).toBe("data: b\n");
  });

  it("passes a frame that is too large on in parts", () => {
    const pieces = Array.from({ length: 10 }, () => Buffer.alloc(30, "x"));
    const { pushed, rest } = cut(pieces, 100);
    expect(pushed.map(({ length }) => length)).toEqual([120, 120]);
    expect(rest?.length).toBe(60);
  });

  it("never loses or doubles a byte, changes none but bare returns, and cuts behind empty lines only", () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const chance = chanceFrom(seed);
      const text = Array.from({ length: 1 + chance.below(60) }, () =>
        chance.pick(["\n", "\n", "\r\n", "\r", "\n\n", "data: ", "x", "ü😀", ":", " ", "\r\n\r\n"]),
      ).join("");
      const bytes = Buffer.from(text);
      const { pushed, rest } = cut(cutAtRandom(bytes, chance));
      expect(Buffer.concat([...pushed, rest ?? Buffer.alloc(0)]).toString(), `seed ${seed}`).toBe(withoutReturns(text));
      for (const part of pushed) expect(part.toString(), `seed ${seed}`).toMatch(/(^|\n)\r?\n$/);
    }
  });
});

describe("eachFrame", () => {
  it("cuts behind every empty line, and what is left is a frame, too", () => {
    expect(framesOf(Buffer.from("data: a\n\n: b\r\n\r\ndata: c"))).toEqual(["data: a\n\n", ": b\r\n\r\n", "data: c"]);
    expect(framesOf(Buffer.alloc(0))).toEqual([]);
  });
});

describe("frameData", () => {
  it.each([
    ["data: a\n\n", "a"],
    ["data:a\n\n", "a"],
    ["data:  a\n\n", " a"],
    ["data: a\r\ndata: b\r\n\r\n", "a\nb"],
    ["data: a\rdata: b\r\r", "a\nb"],
    [": comment\n\n", ""],
    ["event: x\nid: 1\ndata: {}\n\n", "{}"],
    ["data\n\n", ""],
    ["datax: a\n\n", ""],
    ["data:\ndata:\n\n", "\n"],
  ])("of %j is %j", (frame, data) => {
    expect(frameData(frame)).toBe(data);
  });
});
