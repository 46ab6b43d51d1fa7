import { describe, expect, it } from "vitest";
import { isAmong, writeAddressRange } from "./address-list.ts";

describe("an address or a range", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.1/32", "192.0.2.1"],
    [" 10.0.0.0/8 ", "10.0.0.0/8"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["2001:DB8::1", "2001:db8::1"],
    ["2001:0db8:0000::/32", "2001:db8::/32"],
    ["::/0", "::/0"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
  ])("%s is written %s", (given, written) => expect(writeAddressRange(given)).toBe(written));

  it.each([
    "",
    "10.0.0",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "::1/129",
    "fe80::1%eth0",
    "host",
    "::ffff:10.0.0.0/95",
  ])("%s is none", (given) => expect(writeAddressRange(given)).toBeNull());
});

describe("a list of them", () => {
  const ranges = ["10.1.0.0/16", "192.0.2.7", "2001:db8:1::/48"];

  it.each(["10.1.0.0", "10.1.255.255", "192.0.2.7", "2001:db8:1::", "2001:db8:1:ffff::9", "::ffff:10.1.2.3"])(
    "has %s",
    (address) => expect(isAmong(ranges, address)).toBe(true),
  );

  it.each(["10.2.0.0", "192.0.2.8", "2001:db8:2::1", "::1", "::ffff:10.2.0.1", "", "nonsense"])(
    "has not %s",
    (address) => expect(isAmong(ranges, address)).toBe(false),
  );

  it("has nobody whose address is not known, and an empty one has nobody", () => {
    expect(isAmong(["0.0.0.0/0", "::/0"], null)).toBe(false);
    expect(isAmong([], "192.0.2.7")).toBe(false);
    expect(isAmong(["0.0.0.0/0"], "192.0.2.7")).toBe(true);
    expect(isAmong(["fe80::/10"], "fe80::1%eth0")).toBe(true);
  });
});
