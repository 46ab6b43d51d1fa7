import { describe, expect, it } from "vitest";
import { Egress, usualEgress } from "./egress.ts";
import type { EgressSettings } from "./egress.ts";

const may = (url: string, settings: Partial<EgressSettings> = {}): boolean =>
  new Egress({ ...usualEgress, ...settings }).faultOf(new URL(url)) === null;

const mayAt = (url: string, address: string, settings: Partial<EgressSettings> = {}): boolean =>
  new Egress({ ...usualEgress, ...settings }).admits(new URL(url), address);

const everything: EgressSettings = { allowPrivate: true, allow: ["*", "169.254.0.0/16", "private"], deny: [] };

describe("addresses of metadata and of one link", () => {
  it.each([
    ...[
      "http://169.254.169.254/latest",
      "http://169.254.170.2",
      "http://2852039166/",
      "http://0xa9fea9fe/",
      "http://0251.0376.0251.0376",
    ],
    ...[
      "http://0xa9.0xfe.0xa9.0xfe",
      "http://169.254.43518",
      "http://[::ffff:169.254.169.254]/",
      "http://[::ffff:a9fe:a9fe]:80/",
    ],
    ...[
      "http://[::169.254.169.254]",
      "http://[64:ff9b::a9fe:a9fe]",
      "http://[2002:a9fe:a9fe::1]",
      "http://[fe80::1]",
      "http://[febf::1]",
    ],
    ...[
      "http://[fd00:ec2::254]",
      "http://[fd20:ce::254]",
      "http://100.100.100.200",
      "http://168.63.129.16",
      "http://192.0.0.192",
    ],
    ...[
      "http://metadata.google.internal/",
      "http://METADATA.google.internal./x",
      "https://metadata.goog",
      "http://metadata",
    ],
    ...[
      "http://instance-data",
      "http://①⑥⑨.254.169.254/",
      "http://224.0.0.1",
      "http://255.255.255.255",
      "http://[ff02::1]",
      "http://0.1.2.3",
    ],
  ])("are asked by nobody, however they are written: %s", (url) => {
    expect(may(url)).toBe(false);
    expect(may(url, everything)).toBe(false);
  });

  it.each(["169.254.169.254", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1%eth0", "fd00:ec2::254"])(
    "are none that a name may lead to: %s",
    (address) => {
      expect(mayAt("https://api.openai.com", address)).toBe(false);
      expect(mayAt("https://api.openai.com", address, everything)).toBe(false);
    },
  );

  it("are not seen where there are none", () => {
    for (const url of [
      "https://api.openai.com",
      "http://169.253.1.1",
      "http://[2606:4700::1]",
      "http://100.100.100.201",
    ])
      expect(may(url)).toBe(true);
    expect(mayAt("https://metadata.google.internal", "203.0.113.1")).toBe(false);
  });
});

const ownServers = [
  "http://127.0.0.1:11434",
  "http://localhost:8000",
  "http://a.localhost",
  "http://[::1]",
  "http://0.0.0.0:1",
];
const privateServers = [
  "http://10.1.2.3",
  "http://172.31.0.1",
  "http://192.168.1.1",
  "http://100.64.0.1",
  "http://[fd12::1]",
];
const spelled = [
  "http://127.1",
  "http://0x7f000001",
  "http://[::ffff:10.0.0.1]",
  "http://[2002:a00:1::]",
  "http://[::]",
];

describe("private addresses", () => {
  it.each([...ownServers, ...privateServers, ...spelled])("are asked unless that is ruled out: %s", (url) => {
    expect(may(url)).toBe(true);
    expect(may(url, { allowPrivate: false })).toBe(false);
  });

  it("are told by where a name leads", () => {
    const settings = { allowPrivate: false };
    expect(may("http://gpu.internal", settings)).toBe(true);
    expect(mayAt("http://gpu.internal", "10.0.0.1", settings)).toBe(false);
    expect(mayAt("http://gpu.internal", "203.0.113.1", settings)).toBe(true);
  });

  it("may be named one by one, as addresses and not as names", () => {
    const settings = { allowPrivate: false, allow: ["10.1.0.0/16", "public", "gpu.internal"] };
    expect(may("http://10.1.2.3", settings)).toBe(true);
    expect(may("http://10.2.2.3", settings)).toBe(false);
    expect(mayAt("http://gpu.internal", "10.1.0.1", settings)).toBe(true);
    expect(mayAt("http://gpu.internal", "10.2.0.1", settings)).toBe(false);
    expect(mayAt("http://api.openai.com", "203.0.113.1", settings)).toBe(true);
  });
});

describe("lists", () => {
  it("let nobody else be asked than who is allowed", () => {
    const allow = ["openai.com", "gpu.internal:8000", "10.1.0.0/16"];
    expect(may("https://api.openai.com", { allow })).toBe(true);
    expect(mayAt("https://api.openai.com", "203.0.113.1", { allow })).toBe(true);
    expect(may("https://openai.com.example.org", { allow: ["openai.com"] })).toBe(false);
    expect(mayAt("https://example.org", "203.0.113.1", { allow })).toBe(false);
    expect(may("http://gpu.internal:8000", { allow: ["gpu.internal:8000"] })).toBe(true);
    expect(may("http://gpu.internal:22", { allow: ["gpu.internal:8000"] })).toBe(false);
  });

  it("deny before they allow, by name and by where a name leads", () => {
    const settings = { allow: ["*"], deny: ["evil.example", "203.0.113.0/24", "loopback", "h:25"] };
    expect(may("https://a.evil.example", settings)).toBe(false);
    expect(may("https://203.0.113.9", settings)).toBe(false);
    expect(mayAt("https://h", "203.0.113.9", settings)).toBe(false);
    expect(mayAt("https://h", "127.0.0.1", settings)).toBe(false);
    expect([may("http://h:25", settings), may("http://h:80", settings)]).toEqual([false, true]);
  });
});
