import { describe, expect, it } from "vitest";
import { chanceFrom, cutAtRandom } from "#testing/random.ts";
import { eachLine, LineCutter } from "./lines.ts";

function cut(pieces: readonly Buffer[], maxHeldBytes = 1_000_000): { pushed: Buffer[]; rest: Buffer | null } {
  const cutter = new LineCutter(maxHeldBytes);
  const pushed = pieces.map((piece) => cutter.push(piece)).filter((part) => part !== null);
  return { pushed, rest: cutter.flush() };
}

const linesOf = (bytes: Buffer): string[] => Array.from(eachLine(bytes), (line) => line.toString());

describe("LineCutter", () => {
  it("answers a chunk of whole lines as it is, without a copy", () => {
    const chunk = Buffer.from('{"a":1}\n{"b":2}\r\n');
    expect(new LineCutter(100).push(chunk)).toBe(chunk);
  });

  it("holds nothing of an empty chunk", () => {
    expect(cut([Buffer.alloc(0), Buffer.from("a\n"), Buffer.alloc(0)])).toMatchObject({ rest: null });
  });

  it("finds every end of a line, wherever it is cut, and keeps a last line without one", () => {
    const text = '{"a":1}\r\n\n{"ü":"😀"}\n{"last":true}';
    const bytes = Buffer.from(text);
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const { pushed, rest } = cut([bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]);
        expect(Buffer.concat(pushed).toString()).toBe('{"a":1}\r\n\n{"ü":"😀"}\n');
        expect(rest?.toString()).toBe('{"last":true}');
        for (const part of pushed) expect(part.at(-1)).toBe(0x0a);
      }
    }
  });

  it("passes a line that is too large on in parts", () => {
    const pieces = Array.from({ length: 10 }, () => Buffer.alloc(30, "x"));
    const { pushed, rest } = cut(pieces, 100);
    expect(pushed.map(({ length }) => length)).toEqual([120, 120]);
    expect(rest?.length).toBe(60);
  });

  it("never changes, loses or doubles a byte", () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const chance = chanceFrom(seed);
      const text = Array.from({ length: 1 + chance.below(60) }, () => chance.pick(["\n", "\r\n", "\r", "x", "😀"]));
      const bytes = Buffer.from(text.join(""));
      const { pushed, rest } = cut(cutAtRandom(bytes, chance));
      expect(Buffer.concat([...pushed, rest ?? Buffer.alloc(0)]).equals(bytes), `seed ${seed}`).toBe(true);
      for (const part of pushed) expect(part.at(-1), `seed ${seed}`).toBe(0x0a);
    }
  });
});

describe("eachLine", () => {
  it("cuts behind every line feed, and what is left is a line, too", () => {
    expect(linesOf(Buffer.from("a\n\r\nb"))).toEqual(["a\n", "\r\n", "b"]);
    expect(linesOf(Buffer.alloc(0))).toEqual([]);
  });
});
