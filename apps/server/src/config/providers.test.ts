import { providers as definitions } from "@ghostllm/llm";
import { describe, expect, it } from "vitest";

import { inspectConfig, type LoadedConfig } from "./load.ts";

function load(environment: Readonly<Record<string, string>>, yaml?: string): LoadedConfig {
  return inspectConfig({
    environment,
    cwd: "/",
    readFile: () => (yaml === undefined ? null : { text: yaml, isPublic: false }),
  });
}

describe("detection in the environment", () => {
  const withKey = definitions.filter((one) => one.needsCredential && one.baseUrl !== null);

  it.each(withKey)("configures $type by its credential alone", ({ type, baseUrl, credentialVariables, settings }) => {
    const variable = credentialVariables[0] ?? "";
    const needed = Object.values(settings ?? {}).filter((setting) => setting.needed);
    const { config, warnings } = load({
      [variable]: "sk-1",
      ...Object.fromEntries(needed.map((setting) => [setting.variable, "x"])),
    });
    expect(config.providers).toMatchObject([{ name: type, type, baseUrl, origin: variable }]);
    expect(config.providers[0]?.credential?.reveal()).toBe("sk-1");
    expect(warnings).toEqual([]);
  });

  const withoutKey = definitions.filter((one) => !one.needsCredential);

  it.each(withoutKey)("configures $type by its base URL alone", ({ type, baseUrlVariables }) => {
    const variable = baseUrlVariables[0] ?? "";
    const { config } = load({ [variable]: "http://gpu:8000/v1/" });
    expect(config.providers).toMatchObject([
      { name: type, baseUrl: `http://gpu:8000${type === "ollama" ? "" : "/v1"}`, credential: null, origin: variable },
    ]);
  });

  it("takes the base URL from the environment", () => {
    const { config } = load({ OPENAI_API_KEY: "sk-1", OPENAI_BASE_URL: "https://proxy.example.com/v1" });
    expect(config.providers[0]?.baseUrl).toBe("https://proxy.example.com/v1");
  });

  it("warns of a base URL without the credential it needs", () => {
    const { config, warnings } = load({ OPENAI_BASE_URL: "https://proxy.example.com/v1" });
    expect(config.providers).toEqual([]);
    expect(warnings).toEqual(["OPENAI_BASE_URL is set, but OPENAI_API_KEY is not: OpenAI is not configured"]);
  });

  it("warns of a credential without the base URL it needs", () => {
    const { config, warnings } = load({ AZURE_OPENAI_API_KEY: "k" });
    expect(config.providers).toEqual([]);
    expect(warnings[0]).toMatch(/AZURE_OPENAI_ENDPOINT or AZURE_OPENAI_BASE_URL is not/);
  });

  it("reads a vendor's further settings, or their defaults", () => {
    const azure = { AZURE_OPENAI_API_KEY: "k", AZURE_OPENAI_ENDPOINT: "https://r.openai.azure.com/" };
    expect(load({ ...azure, OPENAI_API_VERSION: "2025-01-01" }).config.providers[0]?.settings).toEqual({
      apiVersion: "2025-01-01",
    });
    expect(load(azure).config.providers[0]?.settings["apiVersion"]).toMatch(/^\d{4}-/);
  });

  it("joins a credential that is told in parts", () => {
    const parts = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "s/e+cret", AWS_REGION: "eu-west-1" };
    const { config } = load(parts);
    expect(config.providers).toMatchObject([{ name: "bedrock", settings: { region: "eu-west-1" } }]);
    expect(config.providers[0]?.credential?.reveal()).toBe("AKIDEXAMPLE:s/e+cret");
    const session = load({ ...parts, AWS_SESSION_TOKEN: "t/o=" });
    expect(session.config.providers[0]?.credential?.reveal()).toBe("AKIDEXAMPLE:s/e+cret:t/o=");
    const apiKey = load({ ...parts, AWS_BEARER_TOKEN_BEDROCK: "ABSK1" });
    expect(apiKey.config.providers[0]?.credential?.reveal()).toBe("ABSK1");
    expect(load({ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE" }).config.providers).toEqual([]);
  });

  describe("a credential in a file", () => {
    const inFile = { GOOGLE_APPLICATION_CREDENTIALS: "key.json" };
    const project = { ANTHROPIC_VERTEX_PROJECT_ID: "p" };
    const loadWith = (environment: Readonly<Record<string, string>>, readKey: () => string | null) =>
      inspectConfig({
        environment,
        cwd: "/srv",
        readFile(path) {
          const text = path === "/srv/key.json" ? readKey() : null;
          return text === null ? null : { text, isPublic: false };
        },
      });

    it("is read from there", () => {
      const { config } = loadWith({ ...inFile, ...project }, () => '{"type":"service_account"}\n');
      expect(config.providers).toMatchObject([
        { name: "vertex-anthropic", settings: { project: "p", location: "global" } },
      ]);
      expect(config.providers[0]?.credential?.reveal()).toBe('{"type":"service_account"}');
    });

    it("configures nothing on its own, nor when it cannot be read", () => {
      expect(loadWith(inFile, () => "{}")).toMatchObject({ config: { providers: [] }, warnings: [] });
      expect(loadWith({ ...inFile, ...project }, () => null).config.providers).toEqual([]);
      const isDirectory = (): never => {
        throw new Error("EISDIR");
      };
      expect(loadWith({ ...inFile, ...project }, isDirectory).config.providers).toEqual([]);
    });

    it("is not what a vendor's own variable is: that one lacks a setting aloud", () => {
      const { config, warnings } = load({ ANTHROPIC_VERTEX_CREDENTIALS: "ya29.x" });
      expect(config.providers).toEqual([]);
      expect(warnings).toEqual([
        "ANTHROPIC_VERTEX_CREDENTIALS is set, but ANTHROPIC_VERTEX_PROJECT_ID is not: Claude on Google Vertex AI is not configured",
      ]);
    });
  });

  it("ignores empty variables", () => {
    expect(load({ OPENAI_API_KEY: "", OLLAMA_BASE_URL: "" }).config.providers).toEqual([]);
  });

  it.each(["groq", "ftp://x", "https://a:b@x/v1", "https://x/v1?key=1", "https://x/#v1"])(
    "refuses the base URL %s",
    (url) => {
      expect(() => load({ GROQ_API_KEY: "k", GROQ_BASE_URL: url })).toThrow(/GROQ_BASE_URL: /);
    },
  );
});

describe("declaration in the file", () => {
  it("takes several of one type, each with a credential of its own", () => {
    const yaml = `
providers:
  - name: team-a
    type: openai
    api_key_env: TEAM_A_KEY
  - name: team-b
    type: openai
    base_url: https://b.example.com/v1/
    api_key: sk-b
`;
    const { config } = load({ TEAM_A_KEY: "sk-a" }, yaml);
    expect(
      config.providers.map(({ name, baseUrl, credential, origin }) => [name, baseUrl, credential?.reveal(), origin]),
    ).toEqual([
      ["team-a", "https://api.openai.com/v1", "sk-a", "ghostllm.yaml:3"],
      ["team-b", "https://b.example.com/v1", "sk-b", "ghostllm.yaml:6"],
    ]);
  });

  it("takes what is set of models in the fields of the admin API, and says what is wrong with them", () => {
    const entry = (models: string): string => `providers:\n  - {type: groq, api_key: gsk-x, models: {${models}}}`;
    const { config } = load(
      {},
      entry('"a/b": {input_price_usd: "1", output_price_usd: "2", web_search_price_usd: "0.01"}'),
    );
    expect(config.providers[0]?.models).toEqual({
      "a/b": { input_price_usd: "1", output_price_usd: "2", web_search_price_usd: "0.01" },
    });
    expect(load({}, entry("m: {input_price_usd: 0.10}")).config.providers[0]?.models).toEqual({
      m: { input_price_usd: "0.10" },
    });
    expect(() => load({}, entry("m: {input_price_usd: much}"))).toThrow(
      /:2:\d+ providers\.0\.models\.m\.input_price_usd: /,
    );
    expect(() => load({}, entry('m: {inpt_price_usd: "1"}'))).toThrow("Did you mean `input_price_usd`?");
  });

  it("puts the vendor's usual variables before the file, and the variable that the file names before those", () => {
    const yaml = (entry: string): string => `providers:\n  - {type: groq, ${entry}}`;
    const reveal = ({ config }: LoadedConfig): unknown =>
      config.providers.map(({ credential }) => credential?.reveal());
    expect(reveal(load({ GROQ_API_KEY: "usual" }, yaml("api_key: literal")))).toEqual(["usual"]);
    expect(reveal(load({}, yaml("api_key: literal")))).toEqual(["literal"]);
    expect(reveal(load({ GROQ_API_KEY: "usual", MINE: "chosen" }, yaml("api_key_env: MINE")))).toEqual(["chosen"]);
  });

  it("does not lend the usual variables to a provider of another name", () => {
    const yaml = "providers:\n  - {name: second, type: groq, api_key: literal}";
    const { config } = load({ GROQ_API_KEY: "usual" }, yaml);
    expect(config.providers.map(({ name, credential }) => [name, credential?.reveal()])).toEqual([
      ["second", "literal"],
      ["groq", "usual"],
    ]);
  });

  it.each([
    ["{type: opnai, api_key: k}", "type", "Did you mean `openai`?"],
    ["{name: x, api_key: k}", "type", "the provider has no type"],
    ["{type: groq}", "api_key_env", "Groq needs a credential"],
    ["{type: groq, api_key_env: NOT_SET}", "api_key_env", "the variable NOT_SET is not set"],
    ["{type: groq, api_key: 12}", "api_key", "this is no text"],
    ["{type: groq, api_key: k, api_kei: k}", "api_kei", "Did you mean `api_key`?"],
    ["{type: groq, api_key: k, name: a/b}", "name", "`a/b` is no name"],
    ["{type: groq, api_key: k, base_url: nowhere}", "base_url", "is no http or https URL"],
    ["{type: groq, api_key: k, settings: {a: b}}", "settings.a", "Groq has no settings"],
    ["{type: groq, api_key: k, settings: 3}", "settings", "no mapping"],
    ["{type: openai-compatible}", "base_url", "has no default base URL"],
    [
      "{type: azure-openai, api_key: k, base_url: 'http://x', settings: {apiVersio: b}}",
      "settings.apiVersio",
      "`apiVersion`",
    ],
  ])("refuses %s", (entry, key, text) => {
    const loadIt = (): unknown => load({}, `providers:\n  - ${entry}`);
    expect(loadIt).toThrow(new RegExp(`ghostllm\\.yaml:2:\\d+ providers\\.0\\.${key}: `));
    expect(loadIt).toThrow(text);
  });

  it("refuses an entry that is no mapping, and a name twice", () => {
    expect(() => load({ OPENAI_API_KEY: "k" }, "providers:\n  - openai")).toThrow("this is no provider");
    const twice = "providers:\n  - {type: groq, api_key: a}\n  - {type: groq, api_key: b}";
    expect(() => load({}, twice)).toThrow("the name `groq` is taken");
  });
});
