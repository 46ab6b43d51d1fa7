// What an address is for: the world's, one's own, or none that a server is asked at. Other spellings of an IPv4 address, in
// numbers, in hexadecimal or within IPv6, are what they stand for.

import { BlockList, isIP, isIPv6 } from "node:net";

export type AddressKind = "public" | "private" | "loopback" | "metadata" | "unusable";

function listOf(...ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

export function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

/**
 * The first that has the address counts. Metadata: of clouds, whose credentials any process of a machine is told there, and what
 * else is reached on one link alone. https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const kinds: readonly (readonly [kind: AddressKind, list: BlockList])[] = [
  [
    "metadata",
    listOf(
      ...["169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::/32"],
      // Alibaba Cloud, Azure and Oracle Cloud have theirs elsewhere.
      ...["100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"],
    ),
  ],
  // Systems take the unspecified address for this machine.
  ["loopback", listOf("127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128")],
  ["unusable", listOf("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8")],
  [
    "private",
    listOf(
      ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15"],
      ...["fc00::/7", "fec0::/10"],
    ),
  ],
];

export function kindOfAddress(address: string): AddressKind {
  const [plain = ""] = address.split("%", 1);
  const inner = isIPv6(plain) ? embeddedIn(groupsOf(plain)) : null;
  if (inner !== null) return kindOfAddress(inner);
  return kinds.find(([, list]) => list.check(plain, familyOf(plain)))?.[0] ?? "public";
}

/** Under which clouds answer with their metadata, whatever address their own servers of names tell. */
const metadataNames: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "metadata.azure.internal",
  "metadata.tencentyun.com",
  "instance-data",
  "instance-data.ec2.internal",
]);

/** Null where only its addresses tell. */
export function kindOfName(name: string): AddressKind | null {
  if (metadataNames.has(name)) return "metadata";
  return name === "localhost" || name.endsWith(".localhost") ? "loopback" : null;
}

/** Of 16 bits each. */
function groupsOf(address: string): readonly number[] {
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = "", behind] = written.split("::");
  const numbers = (text: string): number[] => (text === "" ? [] : text.split(":").map((group) => parseInt(group, 16)));
  if (behind === undefined) return numbers(before);
  const [head, tail] = [numbers(before), numbers(behind)];
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

/** The address of IPv4 to which one of IPv6 leads; null for one of its own. */
function embeddedIn(groups: readonly number[]): string | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const start = [a, b, c, d, e, f].map((group) => group.toString(16)).join(":");
  // Mapped, translated, and compatible addresses, which `::` and `::1` look like.
  if (start === "0:0:0:0:0:ffff" || start === "0:0:0:0:ffff:0") return dotted(g, h);
  if (start === "0:0:0:0:0:0") return g === 0 && h <= 1 ? null : dotted(g, h);
  // NAT64 (RFC 6052, RFC 8215), 6to4, Teredo, ISATAP.
  if (a === 0x64 && b === 0xff9b) return dotted(g, h);
  if (a === 0x2002) return dotted(b, c);
  if (a === 0x2001 && b === 0) return dotted(g ^ 0xffff, h ^ 0xffff);
  return (e === 0 || e === 0x200) && f === 0x5efe ? dotted(g, h) : null;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}
