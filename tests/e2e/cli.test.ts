import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileCache } from "../support/compile-cache.ts";

const launcher = fileURLToPath(new URL("../../apps/cli/bin/ghostllm.cjs", import.meta.url));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

let directory: string;
let server: ReturnType<typeof start>;
let url = "";

function start(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, [launcher, ...words], {
    cwd: directory,
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      ...compileCache,
      SERVER_PORT: "0",
      GHOSTLLM_DETECT_OLLAMA: "false",
      ...environment,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Runs the command line in the directory of the server, as a person beside it would. */
async function ghostllm(words: readonly string[], environment: NodeJS.ProcessEnv = {}, input = ""): Promise<Run> {
  const child = start(words, { GHOSTLLM_URL: url, ...environment });
  let out = "";
  let error = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (error += chunk.toString()));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, error };
}

async function json(words: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, error } = await ghostllm([...words, "--json"]);
  expect([code, error]).toEqual([0, ""]);
  return JSON.parse(out) as Record<string, unknown>;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghostllm-cli-"));
  server = start(["serve"]);
  let banner = "";
  url = await new Promise<string>((resolve, reject) => {
    server.stdout.on("data", (chunk: Buffer) => {
      banner += chunk.toString();
      const address = /serves on (http:\S+)/.exec(banner)?.[1];
      if (address !== undefined) resolve(address);
    });
    server.once("exit", () => reject(new Error(`serve ended: ${banner}`)));
  });
});

afterAll(async () => {
  await stop();
  await rm(directory, { recursive: true, force: true });
});

async function stop(): Promise<number | null> {
  if (server.exitCode !== null) return server.exitCode;
  const exited = new Promise<number | null>((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  return exited;
}

describe("users and keys", () => {
  it("are created, listed and removed, and the key works at the gateway", async () => {
    const created = await ghostllm(
      ["user", "create", "--email", "ada@example.com", "--budget", "5", "--password", "-"],
      {},
      "a long password\n",
    );
    expect(created).toMatchObject({ code: 0, error: "" });
    const key = await json([
      "key",
      "create",
      "--name",
      "laptop",
      "--user",
      "ada@example.com",
      "--models",
      "demo",
      "--rpm",
      "60",
    ]);
    expect(key).toMatchObject({ permissions: { models: ["demo"] }, limits: { requests_per_minute: 60 } });

    const ask = () => fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${String(key["key"])}` } });
    expect(await (await ask()).json()).toMatchObject({ data: [{ id: "demo" }] });
    expect(await ghostllm(["key", "revoke", String(key["public_id"])])).toMatchObject({ code: 0 });
    expect((await ask()).status).toBe(401);

    const table = await ghostllm(["user", "list"]);
    expect(table.out).toMatch(/^EMAIL +ROLE +SPENT USD +CREATED +ID\n/);
    expect(table.out).toMatch(/^ada@example.com +user +0 of 5 /m);
    expect(await ghostllm(["user", "delete", "ada@example.com"])).toMatchObject({
      code: 0,
      out: "Deleted ada@example.com\n",
    });
  });
});

describe("providers, models and usage", () => {
  it("adds a provider with a key that no list shows, and removes it", async () => {
    const added = await ghostllm(
      ["provider", "add", "--type", "openai", "--base-url", "http://127.0.0.1:1/v1", "--api-key-env", "VENDOR_KEY"],
      {
        VENDOR_KEY: "sk-vendor-0123456789abcdef",
      },
    );
    expect(added).toMatchObject({ code: 0, error: "" });
    expect(added.out).toContain("No models yet");
    const listed = await ghostllm(["provider", "list", "--json"]);
    expect(listed.out).not.toContain("sk-vendor");
    const tested = await ghostllm(["provider", "test", "openai", "--json"]);
    expect([tested.code, JSON.parse(tested.out)]).toMatchObject([1, { ok: false }]);
    expect(await ghostllm(["provider", "remove", "openai"])).toMatchObject({ code: 0 });
  });

  it("diagnoses a healthy installation and accounts for its own request", async () => {
    const diagnosis = await json(["test"]);
    expect(diagnosis).toMatchObject({ ok: true });
    const checks = diagnosis["checks"] as { name: string; outcome: string }[];
    expect(checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "configuration ok",
      "server ok",
      "database ok",
      "provider demo ok",
      "round trip ok",
    ]);
    await expect
      .poll(async () => (await ghostllm(["usage", "--by", "model"])).out, { timeout: 45_000 })
      .toMatch(/^demo\/demo +1 +0 /m);
  });
});

describe("exit codes", () => {
  it.each([
    [2, ["nonsense"]],
    [2, ["usage", "--by", "color"]],
    [2, ["user", "create", "--email", "nobody"]],
    [2, ["key", "create", "--name", "x", "--rpm", "many"]],
    [2, ["user", "list", "--url", "ftp://example.com"]],
    [4, ["user", "list", "--key", "wrong"]],
    [5, ["key", "revoke", "gk-000000000000"]],
    [5, ["provider", "test", "nobody"]],
    [6, ["user", "create", "--email", "admin@localhost"]],
    [6, ["user", "delete", "admin@localhost"]],
    [0, ["--help"]],
    [0, ["--version"]],
  ])("%i for %j", async (code, words) => {
    const run = await ghostllm(words);
    expect([run.code, run.error === "" ? "quiet" : "said why"]).toEqual([code, code === 0 ? "quiet" : "said why"]);
  });

  it("3 where nobody listens, with what to do", async () => {
    const unused = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => unused.once("listening", resolve));
    const address = unused.address();
    await new Promise((resolve) => unused.close(resolve));
    const gone = `http://127.0.0.1:${typeof address === "object" ? String(address?.port) : ""}`;
    const run = await ghostllm(["user", "list", "--url", gone]);
    expect(run.code).toBe(3);
    expect(run.error).toContain(`No GhostLLM answers at ${gone}`);
    expect(run.error).toContain("ghostllm serve");
  });

  it("3 where something else listens", async () => {
    const other = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const run = await ghostllm([
      "user",
      "list",
      "--url",
      `http://127.0.0.1:${typeof address === "object" ? String(address?.port) : ""}`,
    ]);
    await new Promise((resolve) => other.close(resolve));
    expect(run.code).toBe(3);
  });

  it("4 in a directory without an installation, with where it looked", async () => {
    const run = await ghostllm(["user", "list"], { GHOSTLLM_DATA_DIR: join(directory, "elsewhere") });
    expect(run.code).toBe(4);
    expect(run.error).toContain(join(directory, "elsewhere", "admin.key"));
  });

  it("prints a failure as JSON too", async () => {
    const run = await ghostllm(["user", "list", "--key", "wrong", "--json"]);
    expect(run.error).toBe("");
    expect(JSON.parse(run.out)).toMatchObject({ error: { code: "invalid_api_key", param: null } });
  });
});

describe("the configuration", () => {
  it("is checked, with everything that is wrong", async () => {
    expect(await ghostllm(["config", "check"])).toMatchObject({ code: 0 });
    await writeFile(join(directory, "broken.yaml"), "server:\n  prt: 1\n");
    const run = await ghostllm(["config", "check"], {
      GHOSTLLM_CONFIG: join(directory, "broken.yaml"),
      SERVER_PORT: "many",
    });
    expect(run.code).toBe(2);
    expect(run.error).toContain("prt");
    expect(run.error).toContain("SERVER_PORT");
  });

  it("is shown without its secrets", async () => {
    const run = await ghostllm(["config", "show", "--json"], { ADMIN_PASSWORD: "do not print me" });
    expect(run.code).toBe(0);
    expect(run.out).not.toContain("do not print me");
    expect(JSON.parse(run.out)).toMatchObject({ settings: expect.any(Array), providers: [] });
  });

  it("migrates, also beside a running server", async () => {
    expect(await json(["migrate"])).toEqual({ applied: [] });
  });
});

it("ends with 0 when it is told to stop", async () => {
  expect(await stop()).toBe(0);
});
