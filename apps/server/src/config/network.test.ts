import { describe, expect, it } from "vitest";
import { describeConfig } from "./describe.ts";
import { inspectConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";
import { describeProxies } from "./proxy.ts";

type Environment = Readonly<Record<string, string>>;

function load(environment: Environment, yaml?: string) {
  const file = yaml === undefined ? null : { text: yaml, isPublic: false };
  return inspectConfig({
    environment,
    cwd: "/srv",
    readFile: (path) =>
      path.endsWith(".yaml") ? file : path === "/srv/empty.pem" ? { text: "", isPublic: true } : null,
  });
}

function problemOf(environment: Environment): string {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

const networkOf = (environment: Environment, yaml?: string) => load(environment, yaml).config.network;

describe("proxies", () => {
  it("are those of the environment, in small letters first", () => {
    const network = networkOf({ https_proxy: "http://small:1", HTTPS_PROXY: "http://large:2", HTTP_PROXY: "large:3" });
    expect(network).toMatchObject({ httpsProxy: { url: "http://small:1" }, httpProxy: { url: "http://large:3" } });
  });

  it.each([
    [{ HTTP_PROXY: "http://a:1" }, "http://a:1", "http://a:1"],
    [{ HTTPS_PROXY: "http://a:1" }, undefined, "http://a:1"],
    [{ ALL_PROXY: "https://a" }, "https://a", "https://a"],
    [{ ALL_PROXY: "http://a:1", HTTPS_PROXY: "http://b:2" }, "http://a:1", "http://b:2"],
    [{ https_proxy: "" }, undefined, undefined],
  ])("of %j lead to http and https vendors", (environment, forHttp, forHttps) => {
    const { httpProxy, httpsProxy } = networkOf(environment);
    expect([httpProxy?.url, httpsProxy?.url]).toEqual([forHttp, forHttps]);
  });

  it("may stand in the file", () => {
    const yaml = "proxy:\n  https: http://ada:secret@proxy.example.com:3128\n  no_proxy: [.example.com, 10.0.0.0/8]\n";
    const network = networkOf({}, yaml);
    expect(network.httpsProxy?.credentials?.reveal()).toBe("ada:secret");
    expect(network.noProxy).toEqual([".example.com", "10.0.0.0/8"]);
    expect(networkOf({ NO_PROXY: "a, b c" }).noProxy).toEqual(["a", "b", "c"]);
  });

  it("are shown without their credentials", () => {
    const { config, origins } = load({ HTTPS_PROXY: "http://ada:s3cret@proxy:3128", NO_PROXY: "a.test" });
    expect(describeProxies(config.network)).toBe("http://proxy:3128 for https; not for this machine, a.test");
    const shown = describeConfig(config, origins).settings;
    expect(shown.find(({ path }) => path === "proxy.https")).toMatchObject({
      value: "http://proxy:3128",
      origin: "HTTPS_PROXY",
    });
    expect(JSON.stringify(shown)).not.toContain("s3cret");
    expect(describeProxies(networkOf({}))).toBeNull();
  });

  it.each([
    "http://",
    "ftp://proxy",
    "socks5://proxy:1080",
    "http://a:%ff@proxy",
    "proxy port 3128",
    "http://proxy:999999",
  ])("of the address %s end the start with a sentence", (address) => {
    expect(problemOf({ HTTPS_PROXY: address })).toMatch(/HTTPS_PROXY: .*\. Write it like `http:\/\/proxy/);
  });

  it("that nothing would go through may be of any kind", () => {
    const environment = { ALL_PROXY: "socks5://a:1", HTTP_PROXY: "http://b:2", HTTPS_PROXY: "http://b:2" };
    expect(problemOf(environment)).toBe("");
    expect(problemOf({ ALL_PROXY: "socks5://a:1", HTTPS_PROXY: "http://b:2" })).toContain("`socks5` is not supported");
  });
});

describe("certificates", () => {
  it.each([
    ["/srv/none.pem", "there is no file /srv/none.pem"],
    ["empty.pem", "/srv/empty.pem holds no certificate"],
  ])("of a file that is of no use (%s) end the start with a sentence", (file, sentence) => {
    expect(problemOf({ SSL_CERT_FILE: file })).toContain(`SSL_CERT_FILE: ${sentence}.`);
  });
});
