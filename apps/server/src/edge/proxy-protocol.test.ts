import { describe, expect, it } from "vitest";
import { parseProxyHeader } from "./proxy-protocol.ts";

const signature = "0d0a0d0a000d0a515549540a";
const four = "cb007107 0a000001 1f90 01bb".replaceAll(" ", "");
const six = "20010db8000000000000000000000007 20010db8000000000000000000000001 1f90 01bb".replaceAll(" ", "");
const binary = (hex: string): Buffer => Buffer.from(signature + hex.replaceAll(" ", ""), "hex");

describe("the PROXY protocol", () => {
  it.each([
    ["PROXY TCP4 203.0.113.7 10.0.0.1 8080 443\r\nGET /", "203.0.113.7", 42],
    ["PROXY TCP6 2001:db8::7 2001:db8::1 8080 443\r\n", "2001:db8::7", 45],
    ["PROXY UNKNOWN\r\nGET /", null, 15],
    ["PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", null, 35],
  ])("of version 1: %j", (text, address, length) => {
    expect(parseProxyHeader(Buffer.from(text))).toEqual({ address, length });
  });

  it.each([
    ["an address of IPv4", `21 11 000c ${four} 474554`, "203.0.113.7", 28],
    ["one of IPv6", `21 21 0024 ${six}`, "2001:db8::7", 52],
    ["further fields behind it", `21 11 0013 ${four} 04 0004 00000000`, "203.0.113.7", 35],
    ["the balancer itself", `20 00 0000`, null, 16],
    ["a socket of a file system", `21 31 0000`, null, 16],
  ])("of version 2 with %s", (_name, hex, address, length) => {
    expect(parseProxyHeader(binary(hex))).toEqual({ address, length });
  });

  it("is waited for until it is whole, byte by byte", () => {
    for (const whole of [Buffer.from("PROXY TCP4 203.0.113.7 10.0.0.1 8080 443\r\n"), binary(`21 11 000c ${four}`)]) {
      for (let bytes = 1; bytes < whole.length; bytes += 1) {
        expect(parseProxyHeader(whole.subarray(0, bytes))).toBe("more");
      }
      expect(parseProxyHeader(whole)).toMatchObject({ address: "203.0.113.7" });
    }
  });

  it.each([
    ["a request", Buffer.from("GET / HTTP/1.1\r\n")],
    ["a handshake of TLS", Buffer.from("16030100c8", "hex")],
    ["a line that does not end", Buffer.from(`PROXY TCP4 ${"1".repeat(120)}`)],
    ["an address of the other family", Buffer.from("PROXY TCP4 2001:db8::7 10.0.0.1 8080 443\r\n")],
    ["no address", Buffer.from("PROXY TCP4 localhost 10.0.0.1 8080 443\r\n")],
    ["no ports", Buffer.from("PROXY TCP4 203.0.113.7 10.0.0.1\r\n")],
    ["another protocol", Buffer.from("PROXY UDP4 203.0.113.7 10.0.0.1 8080 443\r\n")],
    ["another version", binary(`31 11 000c ${four}`)],
    ["another command", binary(`22 11 000c ${four}`)],
    ["less than an address", binary("21 11 0004 cb007107")],
    ["more than anybody needs", binary("21 11 ffff")],
  ])("is not %s", (_name, bytes) => {
    expect(parseProxyHeader(bytes)).toBeNull();
  });
});
