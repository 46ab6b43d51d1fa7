import { describe, expect, it } from "vitest";
import { mendSurrogates } from "./surrogates.ts";

const mend = (text: string) => mendSurrogates(Buffer.from(text)).toString();

describe("halves of surrogate pairs", () => {
  it.each([
    ['{"a":"\\ud83d"}', '{"a":"\\ufffd"}'],
    ['{"a":"\\uD83D x \\ude00"}', '{"a":"\\ufffd x \\ufffd"}'],
    ['{"a":"\\ud83d\\ud83d\\ude00"}', '{"a":"\\ufffd\\ud83d\\ude00"}'],
    ['{"a":"\\ude00\\ud83d"}', '{"a":"\\ufffd\\ufffd"}'],
    ['{"a":"\\\\\\ud83d"}', '{"a":"\\\\\\ufffd"}'],
  ])("%s becomes %s", (text, mended) => {
    expect(mend(text)).toBe(mended);
    expect((JSON.parse(mended) as { a: string }).a.isWellFormed()).toBe(true);
  });

  it.each(['{"a":"\\ud83d\\ude00 \\uD83D\\uDE00"}', '{"a":"\\\\ud83d"}', '{"a":"\\ud7a3 plain"}', '{"a":"😀"}'])(
    "%s stays the very bytes",
    (text) => {
      const bytes = Buffer.from(text);
      expect(mendSurrogates(bytes)).toBe(bytes);
    },
  );
});
