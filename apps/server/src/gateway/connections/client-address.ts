import { isIPv6 } from "node:net";
import { plainAddress } from "#edge/forwarded.ts";

const networkGroups = 4;

/** What is counted as one address: of IPv6 the /64 network, of which a client has all addresses. */
export function networkOf(peer: string | undefined): string {
  const address = plainAddress(peer ?? "") ?? "";
  return isIPv6(address) ? `${groupsOf(address).slice(0, networkGroups).join(":")}::/64` : address;
}

function groupsOf(address: string): readonly string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before;
  const behind = tail === "" ? [] : tail.split(":");
  return [...before, ...Array.from({ length: Math.max(0, 8 - before.length - behind.length) }, () => "0"), ...behind];
}
