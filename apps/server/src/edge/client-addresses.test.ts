import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import type { TrustedProxies } from "#config/config.ts";
import { ClientAddresses } from "./client-addresses.ts";

function requestFrom(peer: string, headers: Readonly<Record<string, string>>): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  return Object.assign(new IncomingMessage(socket), { headers });
}

const proxies = ["10.0.0.0/8", "loopback", "2001:db8:ffff::/48"];

function addressOf(
  headers: Readonly<Record<string, string>>,
  { peer = "10.0.0.1", addresses = proxies, header = "auto" }: Partial<TrustedProxies> & { peer?: string } = {},
): string | null {
  return new ClientAddresses({ addresses, header }).of(requestFrom(peer, headers));
}

const listed = (text: string) => ({ "x-forwarded-for": text });
const forwarded = (text: string) => ({ forwarded: text });

describe("the address of a client", () => {
  it.each([
    ["that no proxy tells", {}, "10.0.0.1"],
    ["behind one proxy", listed("203.0.113.7"), "203.0.113.7"],
    ["behind two", listed("203.0.113.7, 10.0.0.2"), "203.0.113.7"],
    ["that wrote an address of its own before", listed("192.0.2.66, 203.0.113.7, 10.0.0.2"), "203.0.113.7"],
    ["that is a proxy itself", listed("10.0.0.3, 10.0.0.2"), "10.0.0.3"],
    ["with a port", listed("203.0.113.7:4711"), "203.0.113.7"],
    ["of IPv6", listed("2001:DB8::7, 2001:db8:ffff::1"), "2001:db8::7"],
    ["of IPv6 in brackets, with a port", listed("[2001:db8::7]:4711"), "2001:db8::7"],
    ["of IPv4 as one of IPv6", listed("::ffff:203.0.113.7"), "203.0.113.7"],
    ["that is hidden", listed("203.0.113.7, unknown"), "10.0.0.1"],
    ["that is no address", listed("203.0.113.7, <script>, 10.0.0.2"), "10.0.0.2"],
    ["in an empty header", listed(""), "10.0.0.1"],
    ["in the form of RFC 7239", forwarded("for=203.0.113.7;proto=https;by=10.0.0.9"), "203.0.113.7"],
    ["in its quotes", forwarded('For="[2001:db8::7]:4711"'), "2001:db8::7"],
    ["in its list", forwarded('for=192.0.2.66, for=203.0.113.7;host="a,b;c",for=10.0.0.2'), "203.0.113.7"],
    ["with escapes in it", forwarded('for="203\\.0.113.7" ; host="\\""'), "203.0.113.7"],
    ["that RFC 7239 hides", forwarded("for=203.0.113.7, for=_hidden"), "10.0.0.1"],
    ["in a header that is broken", forwarded('for=203.0.113.7, for="'), "10.0.0.1"],
    ["on which both headers agree", { ...listed("203.0.113.7"), ...forwarded("for=203.0.113.7") }, "203.0.113.7"],
    ["on which they do not", { ...listed("203.0.113.7"), ...forwarded("for=192.0.2.66") }, "10.0.0.1"],
  ])("%s", (_name, headers, address) => {
    expect(addressOf(headers)).toBe(address);
  });

  it("is that of the connection where nobody is trusted, or the one who sends is not", () => {
    const headers = listed("203.0.113.7");
    expect(addressOf(headers, { peer: "198.51.100.1" })).toBe("198.51.100.1");
    expect(addressOf(headers, { addresses: [] })).toBe("10.0.0.1");
    expect(addressOf({}, { peer: "::ffff:198.51.100.1", addresses: [] })).toBe("198.51.100.1");
    expect(addressOf({}, { peer: "fe80::1%eth0", addresses: [] })).toBe("fe80::1");
  });

  it("is looked for in the one header that was chosen", () => {
    const both = { ...listed("203.0.113.7"), ...forwarded("for=192.0.2.66") };
    expect(addressOf(both, { header: "forwarded" })).toBe("192.0.2.66");
    expect(addressOf(both, { header: "x-forwarded-for" })).toBe("203.0.113.7");
    expect(addressOf(listed("203.0.113.7"), { header: "forwarded" })).toBe("10.0.0.1");
  });

  it.each([
    ["loopback", "127.4.5.6"],
    ["loopback", "::1"],
    ["loopback", "::ffff:127.0.0.1"],
    ["private", "192.168.1.1"],
    ["private", "fd12::1"],
    ["198.51.100.1", "198.51.100.1"],
  ])("is told by proxies of the group or range %s: %s", (address, peer) => {
    expect(addressOf(listed("203.0.113.7"), { peer, addresses: [address] })).toBe("203.0.113.7");
  });
});

describe("a client came by TLS", () => {
  const isSecure = (headers: Readonly<Record<string, string>>, peer = "10.0.0.1") =>
    new ClientAddresses({ addresses: proxies, header: "auto" }).isSecure(requestFrom(peer, headers));

  it.each([
    [{ "x-forwarded-proto": "https" }, true],
    [{ "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "HTTPS" }, true],
    [{ "x-forwarded-proto": "https, http" }, false],
    [{ "x-forwarded-proto": "http" }, false],
    [{ forwarded: "for=203.0.113.7;proto=https" }, true],
    [{ forwarded: "proto=https;for=192.0.2.66, for=203.0.113.7;proto=http" }, false],
    [{}, false],
  ])("where the trusted proxy says so: %j", (headers, expected) => {
    expect(isSecure(headers)).toBe(expected);
  });

  it("not where anybody else says so", () => {
    expect(isSecure({ "x-forwarded-proto": "https" }, "198.51.100.1")).toBe(false);
  });
});
