import { describe, expect, it } from "vitest";
import { direct } from "./lanes.ts";
import { findProxy } from "./proxy-rules.ts";

const proxy = { url: "http://proxy:3128", credentials: null };

function isDirect(url: string, noProxy: readonly string[], proxiesLoopback = false): boolean {
  const network = { ...direct, httpProxy: proxy, httpsProxy: proxy, noProxy, proxiesLoopback };
  return findProxy(network, new URL(url)) === null;
}

describe("NO_PROXY", () => {
  it.each([
    ["*", "https://api.example.com"],
    ["example.com", "https://example.com"],
    ["example.com", "https://api.example.com/v1"],
    [".example.com", "https://example.com"],
    [".Example.com", "https://API.example.com"],
    ["*.example.com", "https://api.example.com"],
    ["example.com.", "https://example.com"],
    ["example.com", "https://example.com."],
    ["example.com:443", "https://example.com"],
    ["example.com:8443", "https://example.com:8443"],
    ["example.com:80", "http://example.com"],
    ["10.1.2.3", "http://10.1.2.3:8000"],
    ["10.0.0.0/8", "http://10.1.2.3:8000"],
    ["fd00::/8", "http://[fd00::1]:8000"],
    ["fd00::1", "http://[fd00::1]"],
    ["[fd00::1]:8000", "http://[fd00::1]:8000"],
  ])("%s lets %s go directly", (entry, url) => {
    expect(isDirect(url, ["other.test", entry])).toBe(true);
  });

  it.each([
    ["", "https://example.com"],
    ["example.com", "https://myexample.com"],
    ["example.com", "https://example.com.evil.test"],
    ["*.example.com", "https://example.com"],
    ["example.com:8443", "https://example.com"],
    ["*:80", "https://example.com"],
    ["10.0.0.0/8", "http://11.1.2.3"],
    ["10.1.2.3", "http://10.1.2.30"],
    ["10.0.0.0/8", "http://10.example.com"],
    ["[fd00::1]:8000", "http://[fd00::1]:8001"],
  ])("%j does not let %s", (entry, url) => {
    expect(isDirect(url, entry === "" ? [] : [entry])).toBe(false);
  });
});

describe("this machine", () => {
  it.each([
    "http://127.0.0.1:11434",
    "http://127.8.8.8",
    "http://localhost",
    "http://ollama.localhost",
    "https://[::1]:1",
  ])("is asked directly at %s, unless it is told otherwise", (url) => {
    expect(isDirect(url, [])).toBe(true);
    expect(isDirect(url, [], true)).toBe(false);
  });
});
