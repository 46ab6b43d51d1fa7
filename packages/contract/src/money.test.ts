import { describe, expect, it } from "vitest";
import { formatUsd, parseUsd } from "./money.ts";

describe("parseUsd", () => {
  it.each([
    ["0", 0],
    ["-0", 0],
    ["12.5", 12_500_000_000],
    ["0.1", 100_000_000],
    ["0.000000001", 1],
    ["-0.000000001", -1],
    ["00012.500", 12_500_000_000],
    ["9007199.254740991", Number.MAX_SAFE_INTEGER],
  ])("reads %s exactly", (text, nanos) => {
    expect(parseUsd(text)).toBe(nanos);
  });

  it.each([
    "",
    ".",
    ".5",
    "5.",
    "1e3",
    "1,5",
    " 1",
    "1 ",
    "+1",
    "0x10",
    "NaN",
    "Infinity",
    "0.0000000001",
    "9007199.254740992",
  ])("refuses %j", (text) => {
    expect(() => parseUsd(text)).toThrow(RangeError);
  });

  it("is the inverse of formatUsd", () => {
    for (let nanos = 1; nanos < Number.MAX_SAFE_INTEGER; nanos = nanos * 7 + 3) {
      expect(parseUsd(formatUsd(nanos))).toBe(nanos);
      expect(parseUsd(formatUsd(-nanos))).toBe(-nanos);
    }
  });
});
