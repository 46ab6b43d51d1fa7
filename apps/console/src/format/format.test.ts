import { describe, expect, it } from "vitest";
import { formatBytes } from "./bytes.ts";
import { initialsOf, shortenId } from "./id.ts";
import { formatMoney, formatPrice, splitMoney } from "./money.ts";
import { formatShare, formatShort, plural } from "./number.ts";
import { formatAgo, formatDuration, formatSpan } from "./time.ts";

describe("money", () => {
  it.each([
    ["0", "$0"],
    ["412.863", "$412.86"],
    ["1824.4", "$1,824"],
    ["184302.5", "$184.3K"],
    ["0.0912", "$0.0912"],
    ["0.00410", "$0.0041"],
    ["0.5", "$0.50"],
    ["0.000000001", "< $0.000001"],
    ["-3.2", "−$3.20"],
  ])("%s is shown as %s", (usd, shown) => expect(formatMoney(usd)).toBe(shown));

  it("is split where cards show it", () => {
    expect(splitMoney("412.86")).toEqual(["$412", ".86"]);
    expect(splitMoney("0.0912")).toEqual(["$0.0912", ""]);
    expect(splitMoney("1824")).toEqual(["$1,824", ""]);
  });

  it("as a price has no more digits than it needs", () => {
    expect([
      formatPrice("3"),
      formatPrice("0.3"),
      formatPrice("1.25"),
      formatPrice("0.0375"),
      formatPrice(null),
    ]).toEqual(["$3", "$0.30", "$1.25", "$0.0375", "—"]);
    expect(formatPrice("0.00015")).toBe("$0.00015");
  });
});

describe("numbers", () => {
  it("are shortened from five digits on", () => {
    expect([formatShort(9_999), formatShort(96_400_000)]).toEqual(["9,999", "96.4M"]);
    expect([plural(1, "key"), plural(1_200, "key")]).toEqual(["1 key", "1,200 keys"]);
  });

  it("of bytes have the unit that fits", () => {
    expect([0, 512, 2048, 32_900_000, 5e12].map(formatBytes)).toEqual([
      "0 B",
      "512 B",
      "2.0 KiB",
      "31.4 MiB",
      "4.5 TiB",
    ]);
  });

  it("as shares are never rounded to all or none", () => {
    expect([formatShare(0.0031), formatShare(0.99998), formatShare(1), formatShare(0), formatShare(0.187)]).toEqual([
      "0.31 %",
      "99.99 %",
      "100 %",
      "0 %",
      "18.7 %",
    ]);
  });
});

describe("times", () => {
  const now = Date.parse("2026-11-28T12:00:00Z");
  it.each([
    ["2026-11-28T11:59:55Z", "just now"],
    ["2026-11-28T11:59:15Z", "45 sec. ago"],
    ["2026-11-28T11:55:01Z", "4 min. ago"],
    ["2026-11-25T12:00:00Z", "3 days ago"],
    ["2026-12-03T12:00:00Z", "in 5 days"],
  ])("%s is %s", (time, shown) => expect(formatAgo(time, now)).toBe(shown));

  it.each([
    [0.412, "0.4 ms"],
    [612.4, "612 ms"],
    [1_080, "1.08 s"],
    [12_345, "12.3 s"],
    [125_000, "2 min 5 s"],
    [7_500_000, "2 h 5 min"],
  ])("%s ms take %s", (ms, shown) => expect(formatDuration(ms)).toBe(shown));
});

it("a time from one moment to another has its day once where it is one", () => {
  const now = new Date(2026, 10, 28, 12).getTime();
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 30).getTime();
  expect(formatSpan(at(27, 14), at(28, 9), now)).toBe("Nov 27, 14:30 – Nov 28, 09:30");
  expect(formatSpan(at(27, 9), at(27, 14), now)).toBe("Nov 27, 09:30 – 14:30");
});

describe("names", () => {
  it("are shortened in the middle, or to two letters", () => {
    expect(shortenId("0197a000-0000-7000-8000-00000000c9e4")).toBe("0197a000…c9e4");
    expect(shortenId("gk-804fd4562e5a")).toBe("gk-804fd4562e5a");
    expect([initialsOf("ada@acme.dev"), initialsOf("ada.lovelace@acme.dev"), initialsOf("😀")]).toEqual([
      "AD",
      "AL",
      "😀",
    ]);
  });
});
