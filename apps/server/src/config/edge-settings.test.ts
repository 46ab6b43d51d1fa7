import { describe, expect, it } from "vitest";
import { inspectConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";

type Environment = Readonly<Record<string, string>>;

function edgeOf(environment: Environment, yaml?: string) {
  const readFile = (path: string) =>
    yaml !== undefined && path.endsWith(".yaml") ? { text: yaml, isPublic: false } : null;
  return inspectConfig({ environment, cwd: "/srv", readFile }).config.edge;
}

function problemOf(environment: Environment): string {
  try {
    edgeOf(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("trusted proxies", () => {
  it("are none unless they are named, in the environment or in the file", () => {
    expect(edgeOf({}).trustedProxies).toEqual({ addresses: [], header: "auto", proxyProtocol: false });
    const environment = { SERVER_TRUSTED_PROXIES: "10.0.0.7, fd00::/8 loopback", SERVER_FORWARDED_HEADER: "Forwarded" };
    expect(edgeOf(environment).trustedProxies).toEqual({
      addresses: ["10.0.0.7", "fd00::/8", "loopback"],
      header: "forwarded",
      proxyProtocol: false,
    });
    const yaml = "server:\n  trusted_proxies:\n    - private\n    - 203.0.113.0/24\n";
    expect(edgeOf({}, yaml).trustedProxies.addresses).toEqual(["private", "203.0.113.0/24"]);
  });

  it.each(["10.0.0.0/33", "10.0.0", "fd00::/129", "proxy.example.com", "10.0.0.0/8/8", "10.0.0.0/", "*"])(
    "are addresses and ranges: not %s",
    (text) => {
      const problem = problemOf({ SERVER_TRUSTED_PROXIES: `127.0.0.1,${text}` });
      expect(problem).toContain(`\`${text}\` is no address and no range of addresses`);
      expect(problem).toContain("SERVER_TRUSTED_PROXIES");
    },
  );
});

it("the PROXY protocol is for those alone who are trusted", () => {
  expect(problemOf({ SERVER_PROXY_PROTOCOL: "true" })).toContain("Name the load balancers in server.trusted_proxies");
  const { trustedProxies } = edgeOf({ SERVER_PROXY_PROTOCOL: "true", SERVER_TRUSTED_PROXIES: "private" });
  expect(trustedProxies.proxyProtocol).toBe(true);
});

describe("origins", () => {
  it("are none unless they are named, without a slash behind and in small letters", () => {
    expect(edgeOf({}).cors).toEqual({ origins: [], adminOrigins: [], credentials: false, maxAgeSeconds: 7200 });
    const environment = {
      GHOSTLLM_CORS_ORIGINS:
        "https://App.example.com/, http://localhost:*,https://*.example.com:8443 app://obsidian.md *",
      GHOSTLLM_CORS_ADMIN_ORIGINS: "http://[::1]:3000",
    };
    const { origins, adminOrigins } = edgeOf(environment).cors;
    const named = ["https://app.example.com", "http://localhost:*", "https://*.example.com:8443", "app://obsidian.md"];
    expect(origins).toEqual([...named, "*"]);
    expect(adminOrigins).toEqual(["http://[::1]:3000"]);
  });

  it.each([
    "app.example.com",
    "https://app.example.com/path",
    "https://a.*.com",
    "https://*",
    "null",
    "https://u:p@a.b",
  ])("are schemes and hosts: not %s", (text) => {
    expect(problemOf({ GHOSTLLM_CORS_ORIGINS: text })).toContain("is no origin");
  });

  it("of operators' pages are named: `*` is refused", () => {
    expect(problemOf({ GHOSTLLM_CORS_ADMIN_ORIGINS: "*" })).toContain("`*` is not taken here");
  });

  it("of all pages get no cookies", () => {
    const problem = problemOf({ GHOSTLLM_CORS_ORIGINS: "*", GHOSTLLM_CORS_CREDENTIALS: "true" });
    expect(problem).toContain("GHOSTLLM_CORS_CREDENTIALS: cookies are never sent along by pages of every origin");
    expect(problem).toContain("Name the origins instead of `*` in GHOSTLLM_CORS_ORIGINS");
  });
});

describe("TLS", () => {
  const files = { SERVER_TLS_CERTIFICATE_FILE: "server.pem", SERVER_TLS_KEY_FILE: "/keys/server.key" };

  it("is spoken where a certificate and its key are named", () => {
    expect(edgeOf({})).toMatchObject({ tls: null, redirectPort: null, publicHosts: [] });
    const named = { certificateFile: "/srv/server.pem", keyFile: "/keys/server.key" };
    expect(edgeOf(files).tls).toEqual({ files: named, minVersion: "TLSv1.2" });
    expect(edgeOf({ ...files, SERVER_TLS_MIN_VERSION: "1.3" }).tls).toEqual({ files: named, minVersion: "TLSv1.3" });
  });

  it.each([
    [{ SERVER_TLS_KEY_FILE: "a.key" }, "SERVER_TLS_KEY_FILE: TLS needs both", "Set server.tls.certificate_file"],
    [{ SERVER_TLS_CERTIFICATE_FILE: "a.pem" }, "SERVER_TLS_CERTIFICATE_FILE: TLS needs both", "server.tls.key_file"],
    [{ SERVER_REDIRECT_PORT: "80" }, "SERVER_REDIRECT_PORT: there is no TLS here to lead to", "or unset it"],
    [{ ...files, SERVER_TLS_MIN_VERSION: "1.1" }, "`1.1` is unknown", "Use one of 1.2, 1.3"],
    [
      { SERVER_PUBLIC_HOSTS: "https://llm.example.com" },
      "`https://llm.example.com` is no host",
      "llm.example.com:8443",
    ],
  ])("that is half configured ends the start: %j", (environment, message, hint) => {
    expect(problemOf(environment)).toContain(message);
    expect(problemOf(environment)).toContain(hint);
  });
});

describe("host names of the server", () => {
  const domains = { TLS_DOMAINS: "LLM.example.com, other.example.com" };
  const accepted = { ...domains, TLS_ACME_ACCEPT_TERMS: "true" };

  it("give it ports 443 and 80 on all addresses, and a certificate by ACME", () => {
    const { config, origins } = inspectConfig({ environment: accepted, cwd: "/srv" });
    expect(config.server).toMatchObject({ host: "0.0.0.0", port: 443 });
    const names = ["llm.example.com", "other.example.com"];
    expect(config.edge).toMatchObject({ redirectPort: 80, domains: names, tls: { files: null } });
    const directoryUrl = "https://acme-v02.api.letsencrypt.org/directory";
    expect(config.edge.acme).toMatchObject({ domains: names, directoryUrl, externalAccount: null, keyType: "ecdsa" });
    expect([origins.host, origins.port, origins.redirectPort]).toEqual(["TLS_DOMAINS", "TLS_DOMAINS", "TLS_DOMAINS"]);
  });

  it("leave what is set as it is, and certificates in files where those are named", () => {
    const set = { SERVER_HOST: "10.0.0.7", SERVER_PORT: "8443", SERVER_REDIRECT_PORT: "8080" };
    const { config } = inspectConfig({ environment: { ...accepted, ...set }, cwd: "/srv" });
    expect(config.server).toMatchObject({ host: "10.0.0.7", port: 8443 });
    expect(config.edge.redirectPort).toBe(8080);
    const files = { SERVER_TLS_CERTIFICATE_FILE: "server.pem", SERVER_TLS_KEY_FILE: "server.key" };
    expect(edgeOf({ ...domains, ...files })).toMatchObject({ acme: null, redirectPort: 80 });
    expect(edgeOf({ ...accepted, TLS_ACME_DIRECTORY_URL: "letsencrypt-staging" }).acme?.directoryUrl).toBe(
      "https://acme-staging-v02.api.letsencrypt.org/directory",
    );
  });

  it.each([
    [domains, "TLS_DOMAINS: a certificate is issued only to who accepts the terms", "tls.acme.accept_terms to true"],
    [{ ...accepted, TLS_DOMAINS: "*.example.com" }, "`*.example.com` is no host name", "HTTP-01 does not prove them"],
    [{ ...accepted, TLS_DOMAINS: "https://a.example.com" }, "is no host name", "without a port"],
    [{ ...accepted, TLS_DOMAINS: "localhost" }, "`localhost` is no host name", "llm.example.com"],
    [{ ...accepted, TLS_DOMAINS: "10.0.0.7" }, "`10.0.0.7` is no host name", "llm.example.com"],
    [{ ...accepted, TLS_ACME_EAB_KEY_ID: "k1" }, "has both a key id and a key", "Set tls.acme.eab_hmac_key, too"],
    [{ ...accepted, TLS_ACME_DIRECTORY_URL: "http://a.example.com" }, "is no URL of an ACME directory", "https://"],
    [{ ...accepted, TLS_ACME_CA_FILE: "nowhere.pem" }, "there is no file /srv/nowhere.pem", "certificates in PEM"],
  ])("that cannot be served end the start: %j", (environment, message, hint) => {
    expect(problemOf(environment)).toContain(message);
    expect(problemOf(environment)).toContain(hint);
  });
});
