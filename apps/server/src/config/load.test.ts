import { describe, expect, it } from "vitest";

import { ConfigError, type ConfigProblem } from "./problems.ts";
import { inspectConfig, loadConfig } from "./load.ts";
import { settings } from "./settings.ts";
import type { ConfigSources } from "./sources.ts";

interface Given {
  readonly environment?: Readonly<Record<string, string>>;
  readonly yaml?: string;
  readonly isPublic?: boolean;
}

function given({ environment = {}, yaml, isPublic = false }: Given): ConfigSources {
  const readFile = (path: string) => {
    if (path.endsWith(".pem")) return { text: "-----BEGIN CERTIFICATE-----", isPublic: true };
    return yaml === undefined ? null : { text: yaml, isPublic };
  };
  return { environment, cwd: "/srv/ghost", readFile };
}

function problemsOf(input: Given): readonly ConfigProblem[] {
  try {
    inspectConfig(given(input));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("where a value comes from", () => {
  it("takes defaults when nothing is set", () => {
    const { config, origins, warnings, file } = inspectConfig(given({}));
    expect(config.server).toEqual({ host: "127.0.0.1", port: 8080, workers: 1 });
    expect(config.databaseUrl).toBeNull();
    expect(config.dataDir).toBe("/srv/ghost/ghostllm-data");
    expect(config.timeouts).toEqual({
      connectMs: 10_000,
      firstByteMs: 300_000,
      idleMs: 300_000,
      totalMs: 1_800_000,
      requestBodyIdleMs: 30_000,
      retryDelayMs: 200,
      shutdownDelayMs: 0,
      drainMs: 30_000,
      streamKeepAliveMs: 15_000,
    });
    expect(config.limits).toEqual({
      bodyBytes: 33_554_432,
      bodyValues: 1_000_000,
      answerBufferBytes: 16_777_216,
      assumedOutputTokens: 4096,
      cutStreamsOverBudget: true,
      waitMs: 30_000,
      mostWaiting: 20,
    });
    expect(config.providers).toEqual([]);
    expect(config.detectOllama).toBe(true);
    expect(new Set(Object.values(origins))).toEqual(new Set(["default"]));
    expect(warnings).toEqual([]);
    expect(file).toBeNull();
  });

  it("puts the environment before the file and the file before the default", () => {
    const { config, origins } = inspectConfig(
      given({ environment: { SERVER_PORT: "9000" }, yaml: "server:\n  port: 1\n  host: 0.0.0.0\n" }),
    );
    expect(config.server).toEqual({ host: "0.0.0.0", port: 9000, workers: 1 });
    expect([origins.port, origins.host, origins.logLevel]).toEqual(["SERVER_PORT", "ghostllm.yaml:3", "default"]);
  });

  it("counts an empty variable as unset", () => {
    const { config } = inspectConfig(
      given({ environment: { SERVER_PORT: "", LOG_LEVEL: "  " }, yaml: "log_level: warn" }),
    );
    expect(config.server.port).toBe(8080);
    expect(config.logLevel).toBe("warn");
  });

  it.each(Object.entries(settings))("reads %s from its variable and from its place in the file", (_, one) => {
    const samples: Readonly<Record<string, string>> = {
      host: "10.0.0.1",
      httpProxy: "proxy:3128",
      httpsProxy: "proxy:3128",
      allProxy: "proxy:3128",
      allowPrivate: "false",
      metricsOpen: "true",
      port: "81",
      workers: "auto",
      streamKeepAliveSeconds: "7",
      databaseUrl: "postgres://u:p@db/x",
      databaseReplicaUrl: "postgres://u:p@copy/x",
      services: "auth, proxy",
      redisUrl: "rediss://u:p@cache:6380/2",
      redisTimeoutMs: "100",
      redisLimitsWhenAway: "deny",
      redisBudgetsWhenAway: "allow",
      kafkaBrokers: "one:9092, two:9093",
      natsUrl: "nats://u:p@queue:4222",
      webhookAttempts: "3",
      kmsEndpoint: "https://kms.example",
      backupRecipients: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
      backupKeep: "3",
      backupS3Endpoint: "https://s3.example",
      dataDir: "/data",
      adminEmail: "a@b.c",
      logLevel: "debug",
      answerModel: "asked",
      compatLitellm: "true",
      detectOllama: "false",
      cutStreamsOverBudget: "false",
      proxiesLoopback: "true",
      certificatesFile: "ca.pem",
      trustedProxies: "10.0.0.0/8",
      forwardedHeader: "forwarded",
      corsOrigins: "https://a.example",
      corsAdminOrigins: "https://a.example",
      corsCredentials: "true",
      corsMaxAgeSeconds: "60",
      compression: "false",
      tracesVendors: "true",
      proxyProtocol: "true",
      tlsCertificateFile: "/server.pem",
      tlsKeyFile: "/server.key",
      tlsMinVersion: "1.3",
      publicHosts: "llm.example.com:443",
      tlsDomains: "llm.example.com",
      acmeTerms: "true",
      managementOnly: "true",
      acmeDirectory: "https://acme.example.com/directory",
      acmeCaFile: "ca.pem",
      acmeEmail: "a@b.c",
      acmeKeyType: "rsa",
      smtpUrl: "smtps://u:p@mail.example.com",
      mailFrom: "Ghost <ghost@example.com>",
      mailPublicUrl: "https://ghost.example.com",
      mailRequireTls: "false",
      requireSecondFactor: "admins",
      healthFailurePercent: "75",
      logFiles: "3",
      logRequests: "true",
      logStdout: "false",
      logSyslog: "tls://logs.example.com:6514",
      otelEndpoint: "http://collector:4318",
      otelTracesEndpoint: "https://collector/otel/v1/traces",
      otelHeaders: "authorization=Basic%20abc",
      otelProtocol: "http/json",
      otelCompression: "gzip",
      otelResource: "team=search,zone=a%20b",
      otelSampler: "traceidratio",
      otelRatio: "0.25",
      otelKeepsErrors: "false",
      otelTrustsParents: "false",
      otelTexts: "true",
      otelExporter: "none",
      otelDisabled: "true",
    };
    const name = Object.entries(settings).find(([, other]) => other === one)?.[0] ?? "";
    const sample =
      samples[name] ?? "123456789012345678901234567890123456".slice(0, one.kind.name.includes("secret") ? 36 : 5);
    const yaml = one.path
      .split(".")
      .map((key, level) => `${"  ".repeat(level)}${key}:`)
      .join("\n");
    const backups = { BACKUP_TO: "/backups", BACKUP_PASSPHRASE: "a passphrase of tests" };
    // What is refused without them.
    const companions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      proxyProtocol: { SERVER_TRUSTED_PROXIES: "private" },
      databaseReplicaUrl: { DATABASE_URL: "postgres://u:p@db/x" },
      services: { DATABASE_URL: "postgres://u:p@db/x" },
      acmeTerms: { TLS_DOMAINS: "llm.example.com" },
      backupTo: { BACKUP_PASSPHRASE: "a passphrase of tests" },
      backupEveryMs: backups,
      backupJournalMs: backups,
      managementHost: { GHOSTLLM_MANAGEMENT_PORT: "4433" },
      managementOnly: { GHOSTLLM_MANAGEMENT_PORT: "4433" },
      managementClientCaFile: { GHOSTLLM_MANAGEMENT_PORT: "4433" },
      managementCertificateFile: { GHOSTLLM_MANAGEMENT_PORT: "4433", GHOSTLLM_MANAGEMENT_TLS_KEY_FILE: "/m.key" },
      managementKeyFile: { GHOSTLLM_MANAGEMENT_PORT: "4433", GHOSTLLM_MANAGEMENT_TLS_CERTIFICATE_FILE: "/m.pem" },
      smtpUrl: { GHOSTLLM_MAIL_FROM: "g@example.com", GHOSTLLM_PUBLIC_URL: "https://ghost.example.com" },
    };
    const acme = {
      ...companions["acmeTerms"],
      TLS_ACME_ACCEPT_TERMS: "true",
      TLS_ACME_EAB_KEY_ID: "k",
      TLS_ACME_EAB_HMAC_KEY: "key",
    };
    const tls = { SERVER_TLS_CERTIFICATE_FILE: "/other.pem", SERVER_TLS_KEY_FILE: "/other.key" };
    const environment = /^(?:tls|redirect)/.test(name)
      ? tls
      : (companions[name] ?? (name.startsWith("acme") ? acme : {}));
    const others = { ...environment, [one.variable]: "" };
    const fromEnvironment = loadConfig(given({ environment: { ...environment, [one.variable]: sample } }));
    const fromFile = loadConfig(given({ environment: others, yaml: `${yaml} "${sample}"` }));
    expect(one.read(fromEnvironment)).not.toEqual(one.default);
    expect(one.read(fromFile)).toEqual(one.read(fromEnvironment));
  });

  it("reads units of time and size", () => {
    const config = loadConfig(
      given({ environment: { GHOSTLLM_IDLE_TIMEOUT_MS: "5min" }, yaml: "limits: { body_bytes: 1 MiB }" }),
    );
    expect(config.timeouts.idleMs).toBe(300_000);
    expect(config.limits.bodyBytes).toBe(1_048_576);
  });
});

describe("what is refused", () => {
  it("lists everything that is wrong at once", () => {
    const problems = problemsOf({
      environment: {
        SERVER_PORT: "99999",
        LOG_LEVEL: "loud",
        REDIS_URL: "http://cache",
        GROQ_API_KEY: "k",
        GROQ_BASE_URL: "groq",
      },
      yaml: "server:\n  prot: 80\nlimits:\n  body_bytes: 5 apples\ntimeouts: 12\nproviders: openai\n",
    });
    expect(problems.map(({ path }) => path)).toEqual([
      "ghostllm.yaml:2:3 server.prot",
      "ghostllm.yaml:5:1 timeouts",
      "SERVER_PORT",
      "REDIS_URL",
      "LOG_LEVEL",
      "ghostllm.yaml:4:15 limits.body_bytes",
      "ghostllm.yaml:6:1 providers",
      "GROQ_BASE_URL",
    ]);
  });

  it.each([
    ["server:\n  prot: 80", "ghostllm.yaml:2:3 server.prot", "Did you mean `port`?"],
    ["sevrer: {}", "ghostllm.yaml:1:1 sevrer", "Did you mean `server`?"],
    ["log_levle: info", "ghostllm.yaml:1:1 log_levle", "Did you mean `log_level`?"],
  ])("says what was meant by %j", (yaml, path, hint) => {
    expect(problemsOf({ yaml })).toMatchObject([{ path, hint }]);
  });

  it("lists what there is when nothing is near", () => {
    expect(problemsOf({ yaml: "prices:\n  currency: x" })[0]?.hint).toBe("Known here: source, refresh_ms.");
  });

  it.each([
    ["auth", "", "without a database to share"],
    ["auth,billing", "postgres://u:p@db/x", "`billing` is no service"],
  ])("refuses the services %s", (services, url, message) => {
    const problems = problemsOf({ environment: { SERVER_SERVICES: services, DATABASE_URL: url } });
    expect(problems).toMatchObject([{ path: "SERVER_SERVICES", message: expect.stringContaining(message) }]);
  });

  it("refuses a replica of the embedded database", () => {
    const problems = problemsOf({ environment: { DATABASE_REPLICA_URL: "postgres://u:p@copy/x" } });
    expect(problems).toMatchObject([{ path: "DATABASE_REPLICA_URL", message: expect.stringContaining("no database") }]);
  });

  it.each(["-1", "65536", "80a", "8080.5", "1e3", "0x50"])("refuses the port %s", (port) => {
    expect(problemsOf({ environment: { SERVER_PORT: port } })).toMatchObject([{ path: "SERVER_PORT" }]);
  });

  it.each([
    { SERVER_HOST: "http://x" },
    { SERVER_HOST: "a:80" },
    { ADMIN_EMAIL: "nobody" },
    { GHOSTLLM_DETECT_OLLAMA: "maybe" },
  ])("refuses %j", (environment) => {
    expect(problemsOf({ environment })).toMatchObject([{ path: Object.keys(environment)[0] }]);
  });

  it("refuses a mail server without a sender, or without where its links lead to", () => {
    const environment = { SMTP_URL: "smtp://me:hunter2@mail.example.com" };
    const complete = {
      ...environment,
      GHOSTLLM_MAIL_FROM: "g@example.com",
      GHOSTLLM_PUBLIC_URL: "https://example.com",
    };
    expect(problemsOf({ environment }).map(({ hint }) => hint)).toEqual([
      ...[expect.stringContaining("mail.from"), expect.stringContaining("mail.public_url")],
    ]);
    expect(problemsOf({ environment: complete })).toEqual([]);
    expect(problemsOf({ environment: { ...complete, GHOSTLLM_PUBLIC_URL: "https://example.com/ghost" } })).toHaveLength(
      1,
    );
    expect(problemsOf({ environment: { ...complete, GHOSTLLM_MAIL_FROM: "a@b.c\nBcc: x" } })).toHaveLength(1);
  });

  it.each(["mail.example.com", "https://mail.example.com", "smtp://", "smtp://host/path", "smtp://host?tls=no"])(
    "refuses the mail server %s",
    (SMTP_URL) => {
      expect(problemsOf({ environment: { SMTP_URL } })).toMatchObject([{ path: "SMTP_URL" }]);
    },
  );

  it("gives line and column of a syntax error", () => {
    const problems = problemsOf({ yaml: "server:\n  port: [1,\n" });
    expect(problems[0]?.path).toMatch(/^ghostllm\.yaml:\d+:\d+$/);
    expect(problems[0]?.message).toMatch(/^not valid YAML: /);
  });

  it.each(["- a list", "just text", "a: &a [x]\nb: [*c]"])("refuses a file that is no mapping: %j", (yaml) => {
    expect(problemsOf({ yaml })).not.toEqual([]);
  });

  it("refuses a file that was named and is not there", () => {
    const problems = problemsOf({ environment: { GHOSTLLM_CONFIG: "conf/other.yaml" } });
    expect(problems).toMatchObject([
      { path: "GHOSTLLM_CONFIG", message: "there is no file /srv/ghost/conf/other.yaml" },
    ]);
  });

  it.each(["ftp://host/prices.json", "s3://bucket/prices.json"])("refuses a list of prices at %s", (source) => {
    expect(problemsOf({ environment: { GHOSTLLM_PRICES_SOURCE: source } })).toHaveLength(1);
  });

  it.each(["https://host/prices.json", "/srv/prices.json", "prices.json", "C:\\prices.json"])(
    "takes one at %s",
    (source) => {
      expect(problemsOf({ environment: { GHOSTLLM_PRICES_SOURCE: source } })).toEqual([]);
    },
  );

  it("refuses a file that cannot be read", () => {
    const readFile = (): never => {
      throw new Error("EISDIR: it is a directory");
    };
    expect(() => inspectConfig({ ...given({}), readFile })).toThrow(/cannot be read: EISDIR/);
  });
});

describe("secrets", () => {
  it("never stand in a message", () => {
    const problems = problemsOf({
      environment: {
        DATABASE_URL: "mysql://root:hunter2@db/x",
        OPENAI_API_KEY: "k",
        OPENAI_BASE_URL: "ftp://me:hunter2@x",
      },
      yaml: "jwt_secret: 4711",
    });
    expect(problems).toHaveLength(3);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|4711/);
  });

  it("print as [secret]", () => {
    const config = loadConfig(given({ environment: { ADMIN_API_KEY: "a-long-and-secret-key", GROQ_API_KEY: "gsk" } }));
    expect(JSON.stringify(config)).not.toMatch(/a-long|gsk/);
    expect(config.adminApiKey?.reveal()).toBe("a-long-and-secret-key");
  });

  it("are warned about when they are short", () => {
    const { warnings } = inspectConfig(given({ environment: { JWT_SECRET: "abc" } }));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^JWT_SECRET: .*shorter than 32/);
  });

  it("are warned about when all users of the machine can read the file", () => {
    const yaml = `jwt_secret: ${"x".repeat(40)}\nproviders:\n  - {type: groq, api_key: gsk}\n`;
    expect(inspectConfig(given({ yaml })).warnings).toEqual([]);
    const { warnings } = inspectConfig(given({ yaml, isPublic: true }));
    expect(warnings.map((line) => line.slice(0, 15))).toEqual(["ghostllm.yaml:1", "ghostllm.yaml:3"]);
    const overridden = given({ yaml: "jwt_secret: x", isPublic: true, environment: { JWT_SECRET: "y".repeat(40) } });
    expect(inspectConfig(overridden).warnings).toEqual([]);
  });
});

it("warns of a misspelled variable", () => {
  const environment = { GHOSTLLM_BODY_BYTE: "1", GHOSTLLM_SOMETHING_ELSE: "1", HOME: "/root" };
  expect(inspectConfig(given({ environment })).warnings).toEqual([
    "GHOSTLLM_BODY_BYTE is not read; did you mean GHOSTLLM_BODY_BYTES?",
  ]);
});
