// Addresses and ranges of IPv4 and IPv6 from which somebody may come. Pure; shared by both planes.

import { BlockList, isIP } from "node:net";

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

const lengths = { ipv4: 32, ipv6: 128 } as const;

/** As one writes it; null for what is none. An IPv4 address within IPv6 is that IPv4 address. */
function rangeOf(text: string): Range | null {
  const [given = "", length, ...rest] = text.trim().split("/");
  const version = isIP(given);
  if (version === 0 || given.includes("%") || rest.length > 0) return null;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const bits = length === undefined ? null : Number(length);
  if (version === 4) return withBits(given, "ipv4", bits);
  const address = new URL(`http://[${given}]/`).hostname.slice(1, -1);
  const inner = embeddedIn(address);
  return inner === null ? withBits(address, "ipv6", bits) : withBits(inner, "ipv4", bits === null ? null : bits - 96);
}

/** `::ffff:a00:1` is `10.0.0.1`. */
function embeddedIn(address: string): string | null {
  const [, high = "", low = ""] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  if (high === "") return null;
  const [first, second] = [parseInt(high, 16), parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join(".");
}

function withBits(address: string, family: Range["family"], given: number | null): Range | null {
  const bits = given ?? lengths[family];
  return bits < 0 || bits > lengths[family] ? null : { address, bits, family };
}

/** In one spelling: `10.0.0.0/8`, and single addresses without a length. Null for what is neither an address nor a range. */
export function writeAddressRange(text: string): string | null {
  const range = rangeOf(text);
  if (range === null) return null;
  const { address, bits, family } = range;
  return bits === lengths[family] ? address : `${address}/${bits}`;
}

/** Each list is made once: many keys have the same. */
const lists = new WeakMap<readonly string[], BlockList>();

/** Is an address one of these? One that nobody knows is not. */
export function isAmong(ranges: readonly string[], address: string | null): boolean {
  if (address === null) return false;
  let list = lists.get(ranges);
  if (list === undefined) lists.set(ranges, (list = listOf(ranges)));
  const [plain = ""] = address.split("%", 1);
  // What is mapped into IPv6 is found by its IPv4 address as well.
  return list.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of ranges) {
    const range = rangeOf(text);
    if (range !== null) list.addSubnet(range.address, range.bits, range.family);
  }
  return list;
}
