// Every kind of fault in ghostllm.yaml, and where it is said to be.

import { describe, expect, it } from "vitest";
import { type LoadedConfig, inspectConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";

interface Given {
  readonly yaml: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

function load({ yaml, environment = {}, files = {} }: Given): LoadedConfig {
  const all: Readonly<Record<string, string>> = { "/etc/ghostllm.yaml": yaml, ...files };
  const readFile = (path: string) => (all[path] === undefined ? null : { text: all[path], isPublic: false });
  return inspectConfig({ environment, cwd: "/etc", readFile });
}

function faultsOf(given: Given): readonly string[] {
  try {
    load(given);
    return [];
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ path, message, hint }) => `${path}: ${message}. ${hint}`);
    throw error;
  }
}

const provider = "providers:\n  - { name: one, type: groq, api_key: k }\n";
const key = "secret: 0123456789abcdef0123456789, team: red";

describe("a fault", () => {
  it.each<[string, Given, RegExp]>([
    [
      "an unknown name",
      { yaml: "server:\n  prot: 80" },
      /^ghostllm\.yaml:2:3 server\.prot: unknown key `prot`\. Did you mean `port`\?/,
    ],
    [
      "a wrong type",
      { yaml: "limits:\n  wait_ms: [1]" },
      /^ghostllm\.yaml:2:3 limits\.wait_ms: `\[1\]` is no duration/,
    ],
    ["a bad value", { yaml: "log_level:   loud" }, /^ghostllm\.yaml:1:14 log_level: `loud` is unknown/],
    [
      "a name twice",
      { yaml: "log_level: info\nserver: {}\nlog_level: warn" },
      /^ghostllm\.yaml:3:1: this name stands here already/,
    ],
    ["bad YAML", { yaml: "server:\n  port: 80\n host: x" }, /^ghostllm\.yaml:3:1: not valid YAML/],
    [
      "a variable that is not set",
      { yaml: "server:\n  port: ${PORT}" },
      /^ghostllm\.yaml:2:9: the variable PORT is not set\. Set it, or write `\$\{PORT:-default\}`/,
    ],
    [
      "a name of a variable that is none",
      { yaml: "log_level: a${1x}" },
      /^ghostllm\.yaml:1:12: `\$\{1x\}` names no variable/,
    ],
    [
      "a secret in a file that is not there",
      { yaml: "jwt_secret: file:/run/none" },
      /^ghostllm\.yaml:1:13 jwt_secret: there is no file \/run\/none/,
    ],
    [
      "a secret in an empty file",
      { yaml: "jwt_secret: file:s", files: { "/etc/s": "\n" } },
      /jwt_secret: the file \/etc\/s is empty/,
    ],
    [
      "a provider's key in a file that is not there",
      { yaml: "providers:\n  - type: groq\n    api_key: file:k" },
      /^ghostllm\.yaml:3:5 providers\.0\.api_key: there is no file \/etc\/k/,
    ],
    [
      "an unknown field",
      { yaml: "aliases:\n  - name: fast\n    targts: []\n    targets: [{ provider: p, model: m }]" },
      /^ghostllm\.yaml:3:5 aliases\.0\.targts: unknown key `targts`\. Did you mean `targets`\?/,
    ],
    [
      "an unknown field further in",
      { yaml: "teams:\n  - name: red\n    limits:\n      request_per_minute: 1" },
      /^ghostllm\.yaml:4:7 teams\.0\.limits\.request_per_minute: .*Did you mean `requests_per_minute`/,
    ],
    [
      "a value of a field",
      { yaml: "teams:\n  - name: red\n    budget_usd: much" },
      /^ghostllm\.yaml:3:17 teams\.0\.budget_usd: write an amount in USD/,
    ],
    [
      "a choice",
      { yaml: `aliases:\n  - name: a\n    strategy: random\n    targets: [{ provider: p, model: m }]` },
      /^ghostllm\.yaml:3:15 aliases\.0\.strategy: .*Use one of ordered/,
    ],
    [
      "a field that is missing",
      { yaml: "aliases:\n  - name: fast" },
      /^ghostllm\.yaml:2:5 aliases\.0\.targets: this is missing/,
    ],
    ["a section that is no list", { yaml: "teams: red" }, /^ghostllm\.yaml:1:1 teams: this is no list/],
    [
      "two of one name",
      { yaml: "teams:\n  - name: red\n  - name: red" },
      /^ghostllm\.yaml:3:11 teams\.1\.name: the same name stands at ghostllm\.yaml:2 already/,
    ],
    [
      "a key without a secret",
      { yaml: "keys:\n  - name: k\n    team: red" },
      /^ghostllm\.yaml:2:11 keys\.0\.name: the key has no secret/,
    ],
    [
      "a key of nobody",
      { yaml: "keys:\n  - { name: k, secret: 0123456789abcdef0123456789 }" },
      /keys\.0\.name: nobody is named whose key this is/,
    ],
    [
      "a key that is none",
      { yaml: "keys:\n  - { name: k, secret: short, team: red }" },
      /^ghostllm\.yaml:2:24 keys\.0\.secret: this is no key/,
    ],
    [
      "two keys with one secret",
      { yaml: `keys:\n  - { name: a, ${key} }\n  - { name: b, ${key} }` },
      /^ghostllm\.yaml:3:24 keys\.1\.secret: the same secret stands at ghostllm\.yaml:2/,
    ],
    [
      "a limit of a provider",
      { yaml: "providers:\n  - type: groq\n    api_key: k\n    limits: { requests_per_minute: -1 }" },
      /^ghostllm\.yaml:4:36 providers\.0\.limits\.requests_per_minute: too small/,
    ],
  ])("is told of %s with its line", (_, given, expected) => {
    const faults = faultsOf(given);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
  });

  it("does not hide others, wherever they are", () => {
    const yaml = `server:\n  prot: 80\n  port: \${PORT}\nlog_level: loud\naliases:\n  - strategy: random\nkeys:\n  - name: 3\n`;
    const lines = faultsOf({ yaml, environment: { GHOSTLLM_BODY_BYTES: "x" } }).map((fault) => fault.split(": ")[0]);
    expect(lines).toEqual([
      "ghostllm.yaml:3:9",
      "ghostllm.yaml:2:3 server.prot",
      "ghostllm.yaml:4:12 log_level",
      "GHOSTLLM_BODY_BYTES",
      "ghostllm.yaml:6:5 aliases.0.name",
      "ghostllm.yaml:6:15 aliases.0.strategy",
      "ghostllm.yaml:6:5 aliases.0.targets",
      "ghostllm.yaml:8:11 keys.0.name",
    ]);
  });

  it("tells nothing of a secret", () => {
    const yaml = "jwt_secret: 4711\nkeys:\n  - { name: k, secret: hunter2, team: red, limits: hunter2 }";
    expect(faultsOf({ yaml }).join()).not.toMatch(/4711|hunter2/);
  });
});

describe("what is not declared", () => {
  it("is a note, with what may have been meant", () => {
    const yaml = `${provider}aliases:\n  - name: fast\n    team: red\n    targets:\n      - { provider: oen, model: m }\n      - { provider: one, model: m }\n`;
    expect(load({ yaml }).notes).toEqual([
      "ghostllm.yaml:7:21 aliases.0.targets.0.provider: the provider `oen` is not in this file. Did you mean `one`?",
      "ghostllm.yaml:5:11 aliases.0.team: the team `red` is not in this file. The server looks for it in its database.",
    ]);
  });
});

describe("values from elsewhere", () => {
  it("are taken from variables, with a default where one is not set", () => {
    const yaml =
      "server:\n  host: ${HOST:-127.0.0.1}\n  port: ${PORT}\ndata_dir: '${HOME}/x-$${y}'\ndetect_ollama: ${DETECT}";
    const { config } = load({ yaml, environment: { PORT: "81", HOME: "/home/ada", DETECT: "false" } });
    expect(config.server).toMatchObject({ host: "127.0.0.1", port: 81 });
    expect([config.dataDir, config.detectOllama]).toEqual(["/home/ada/x-${y}", false]);
  });

  it("add nothing to the file but the value", () => {
    const { config, declared } = load({ yaml: "data_dir: ${X}", environment: { X: "a\nteams: [{ name: red }]" } });
    expect([config.dataDir, declared.teams]).toEqual(["/etc/a\nteams: [{ name: red }]", []]);
  });

  it("are read from files where they are secret, in the file as in variables, and the files are known", () => {
    const files = {
      "/run/a": "a-long-and-secret-key\n",
      "/etc/b": "postgres://db/ghost",
      "/run/c": "old\n",
      "/run/k": "sk-x",
      "/run/h": "token",
    };
    const { config, files: read } = load({
      yaml: "admin: { api_key: file:/run/a }\nencryption: { previous_keys: [file:/run/c] }\nproviders:\n  - { type: groq, api_key: file:///run/k, headers: { x-token: file:/run/h } }",
      environment: { DATABASE_URL: "file:b" },
      files,
    });
    expect(config.adminApiKey?.reveal()).toBe("a-long-and-secret-key");
    expect(config.databaseUrl?.reveal()).toBe("postgres://db/ghost");
    expect(config.encryption.previousKeys.map((one) => one.reveal())).toEqual(["old"]);
    expect(config.providers[0]?.credential?.reveal()).toBe("sk-x");
    expect(JSON.stringify(config.providers)).not.toContain('token"}');
    expect(read).toEqual(expect.arrayContaining(["/etc/ghostllm.yaml", ...Object.keys(files)]));
  });
});

describe("what is declared", () => {
  const yaml = `${provider}teams:\n  - name: red\n    budget_usd: 12.50\naliases:\n  - name: fast\n    targets: [{ provider: one, model: m }]\nkeys:\n  - { name: ci, ${key}, limits: { requests_per_minute: "\${RPM}" } }\n`;

  it("is read by the schemas of the admin API, amounts with or without quotes", () => {
    const { declared, notes } = load({ yaml, environment: { RPM: "60" } });
    expect(declared.teams[0]?.body).toMatchObject({ name: "red", budget_usd: "12.50", models: null });
    expect(declared.aliases[0]).toMatchObject({ place: "ghostllm.yaml:7", body: { strategy: "ordered" } });
    expect(declared.keys[0]?.body).toMatchObject({
      team: "red",
      limits: { requests_per_minute: 60 },
      publicId: expect.stringMatching(/^ik-/),
    });
    expect(declared.providers[0]?.body.configured).toMatchObject({ name: "one", isDeclared: true });
    expect(notes).toEqual([]);
  });

  it("has a digest of what it says, and not of how it is written", () => {
    const one = load({ yaml, environment: { RPM: "60" } }).digest;
    expect(load({ yaml: `# hello\n${yaml.replace('"${RPM}"', "60")}`, environment: {} }).digest).toBe(one);
    expect(load({ yaml, environment: { RPM: "61" } }).digest).not.toBe(one);
    expect(load({ yaml: yaml.replace("abcdef", "abcdee"), environment: { RPM: "60" } }).digest).not.toBe(one);
    expect(load({ yaml: yaml.replace("api_key: k", "api_key: l"), environment: { RPM: "60" } }).digest).not.toBe(one);
  });
});
