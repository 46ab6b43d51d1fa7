import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileCache } from "../support/compile-cache.ts";
import { type AskedServer, isDivided, startAskedServer } from "../support/server.ts";

const launcher = fileURLToPath(new URL("../../apps/cli/bin/ghostllm.cjs", import.meta.url));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

let directory: string;
let server: ReturnType<typeof start> | null = null;
let divided: AskedServer | null = null;
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
  expect([code, error], out).toEqual([0, ""]);
  return JSON.parse(out) as Record<string, unknown>;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghostllm-cli-"));
  url = isDivided ? await serveDivided() : await serve();
});

async function serve(): Promise<string> {
  const child = start(["serve"]);
  server = child;
  let banner = "";
  return new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      banner += chunk.toString();
      const address = /serves on (http:\S+)/.exec(banner)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once("exit", () => reject(new Error(`serve ended: ${banner}`)));
  });
}

/** Elsewhere, with its key where that of a server beside it would be. */
async function serveDivided(): Promise<string> {
  divided = await startAskedServer();
  const dataDir = join(directory, "ghostllm-data");
  await mkdir(dataDir, { mode: 0o700 });
  await writeFile(join(dataDir, "admin.key"), `${divided.adminKey}\n`, { mode: 0o600 });
  return divided.url;
}

afterAll(async () => {
  await stop();
  await divided?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function stop(): Promise<number | null> {
  const child = server;
  if (child === null || child.exitCode !== null) return child?.exitCode ?? null;
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  return exited;
}

describe("status", () => {
  it.skipIf(isDivided)("tells how the server is, and lists the instances on its database", async () => {
    const { instances, leases } = await json(["status"]);
    expect(instances).toMatchObject([{ is_this: true, alive: true, process_id: server?.pid, workers: 1 }]);
    expect(leases).toContainEqual(expect.objectContaining({ name: "model_lists" }));
    const { out } = await ghostllm(["status"]);
    expect(out).toMatch(/^GhostLLM \d+\.\d+\.\d+, up for /);
    expect(out).toContain("database: sqlite");
    expect(out).toMatch(/ proxy,auth,analytics,providers {2}1 worker {2}since \S+ {2}this one/);
  });
});

describe("budgets by period", () => {
  it("are added, listed, increased and removed, beside limits of hours and days", async () => {
    await json(["user", "create", "--email", "eve@example.com"]);
    const limits = ["--limit", "requests_per_day=500", "--limit", "cost_usd_per_hour=2.5"];
    const key = await json(["key", "create", "--name", "ci", "--user", "eve@example.com", ...limits]);
    expect(key).toMatchObject({ limits: { requests_per_day: 500, cost_usd_per_hour: "2.5", requests_per_hour: null } });
    const publicId = String(key["public_id"]);
    const month = ["--period", "month", "--amount", "20", "--time-zone", "Europe/Berlin", "--thresholds", "50,90"];
    const added = await ghostllm(["budget", "add", publicId, ...month, "--json"]);
    const [budget] = JSON.parse(added.out) as { id: string }[];
    expect(budget).toMatchObject({ period: "month", amount_usd: "20", thresholds: [50, 90] });
    await ghostllm(["budget", "add", "eve@example.com", "--period", "rolling", "--days", "7", "--amount", "9"]);
    const { out } = await ghostllm(["budget", "list"]);
    expect(out).toMatch(new RegExp(`key +ci +${budget?.id} +month +0 of 20 +fine`));
    expect(out).toMatch(/user +eve@example\.com +\S+ +7 days +0 of 9 +fine/);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const more = ["budget", "increase", publicId, budget?.id ?? "", "--amount", "5", "--until", until];
    expect(await ghostllm(more)).toMatchObject({ code: 0, error: "" });
    expect((await ghostllm(["budget", "list"])).out).toContain("0 of 25");
    expect(await ghostllm(["budget", "remove", publicId, budget?.id ?? ""])).toMatchObject({ code: 0 });
    expect((await ghostllm(["budget", "remove", publicId, budget?.id ?? ""])).code).toBe(5);
    expect((await ghostllm(["budget", "add", publicId, "--period", "year", "--amount", "1"])).code).toBe(2);
    await ghostllm(["user", "delete", "eve@example.com"]);
  });
});

describe("aliases", () => {
  it("are created, aimed elsewhere, given to teams, told apart by ids, have answers kept, and are deleted", async () => {
    const targets = ["--targets", "demo/fast", "demo/best/one=3"];
    for (const name of ["Red", "Blue"]) await json(["team", "create", "--name", name]);
    const red = await json(["alias", "create", "--name", "house", ...targets, "--weighted", "--team", "Red"]);
    expect(red).toMatchObject({
      ...{ name: "house", strategy: "weighted" },
      targets: [
        { provider: "demo", model: "fast", weight: 1 },
        { provider: "demo", model: "best/one", weight: 3 },
      ],
    });
    expect(await json(["alias", "update", "house", "--strategy", "least-busy"])).toMatchObject({
      strategy: "least-busy",
    });
    expect((await ghostllm(["alias", "update", "house", "--strategy", "fastest"])).code).toBe(2);
    const rated = await json(["model", "set", "demo/demo", "--quality", "0", "--auto", "no"]);
    expect(rated).toMatchObject({ quality: 0, auto: false });
    expect(await json(["model", "set", "demo/demo", "--auto", "none"])).toMatchObject({ quality: 0, auto: null });
    const part = "target:house/demo/best/one";
    await json(["limit", "set", part, "requests_per_minute=60"]);
    expect(await json(["alias", "update", "house", ...targets])).toMatchObject({
      targets: [{ limits: null }, { weight: 3, limits: { requests_per_minute: 60, tokens_per_minute: null } }],
    });
    expect((await ghostllm(["limit", "show", part])).out.trim()).toBe("requests_per_minute: 60");
    const sticky = ["--weighted", "--sticky-by", "user"];
    expect(await json(["alias", "update", "house", ...sticky])).toMatchObject({ sticky_by: "user" });
    expect((await ghostllm(["alias", "update", "house", "--ordered"])).code).not.toBe(0);
    expect(await json(["alias", "update", "house", "--sticky-by", "none"])).toMatchObject({ sticky_by: null });
    const retries = ["--attempts-per-target", "3", "--retry-on", "timeout", "error"];
    const fallbacks = ["--fallback", "demo/fast", "--fallback-rate-limit", "demo/best"];
    const told = await json(["alias", "update", "house", ...retries, ...fallbacks, "--first-token-timeout", "900"]);
    expect(told).toMatchObject({
      retries: { attempts_per_target: 3, attempts: 6, on: ["timeout", "error"] },
      fallbacks: { any: ["demo/fast"], rate_limit: ["demo/best"] },
      timeouts: { first_token_ms: 900, total_ms: null },
    });
    const less = ["--attempts", "4", "--fallback", "none", "--first-token-timeout", "0", "--total-timeout", "5000"];
    expect(await json(["alias", "update", "house", ...less])).toMatchObject({
      retries: { attempts_per_target: 3, attempts: 4, on: ["timeout", "error"] },
      fallbacks: { any: [], rate_limit: ["demo/best"] },
      timeouts: { first_token_ms: null, total_ms: 5000 },
    });
    expect(await json(["alias", "update", "house", "--no-retries"])).toMatchObject({ retries: null });
    expect(await json(["alias", "update", "house", "--hedge-after", "900", "--hedge-most", "20"])).toMatchObject({
      hedge: { after_ms: 900, most_percent: 20 },
    });
    expect(await json(["alias", "update", "house", "--hedge-after", "0"])).toMatchObject({ hedge: null });
    const refused = await ghostllm(["alias", "update", "house", "--continuation", "2"]);
    expect([refused.code, refused.error.includes("beginning of an answer")]).toEqual([2, true]);
    const changed = await json(["alias", "update", "house", "--ordered", "--targets", "demo/fast"]);
    expect(changed).toMatchObject({ id: red["id"], strategy: "ordered", team_id: red["team_id"] });
    await json(["alias", "create", "--name", "house", "--targets", "demo/fast", "--team", "Blue"]);
    const unclear = await ghostllm(["alias", "delete", "house"]);
    expect([unclear.code, unclear.error.includes(String(red["id"]))]).toEqual([2, true]);
    const list = await ghostllm(["alias", "list", "--team", "Red"]);
    expect(list.out.match(/house/g)).toHaveLength(1);
    await json(["alias", "delete", String(red["id"])]);
    expect(await json(["alias", "update", "house", "--everybodys"])).toMatchObject({ team_id: null });
    expect((await ghostllm(["alias", "create", "--name", "x", "--targets", "nothing"])).code).toBe(2);
    const cached = await json(["alias", "update", "house", "--cache-ttl", "60"]);
    expect(cached["cache"]).toEqual({ ttl_seconds: 60, scope: "key", pace: "at_once", semantic: null });
    expect((await json(["alias", "update", "house", "--cache-scope", "team"]))["cache"]).toEqual({
      ...{ ttl_seconds: 60, scope: "team", pace: "at_once", semantic: null },
    });
    const semantic = ["--cache-semantic", "demo/demo-embedding", "--cache-threshold", "0.9"];
    expect((await json(["alias", "update", "house", ...semantic]))["cache"]).toMatchObject({
      ...{ ttl_seconds: 60, semantic: { model: "demo/demo-embedding", threshold: 0.9 } },
    });
    expect((await json(["alias", "update", "house", "--cache-ttl", "60", "--cache-exact"]))["cache"]).toMatchObject({
      ...{ scope: "team", semantic: null },
    });
    expect((await ghostllm(["alias", "list"])).out).toContain("60 s, team");
    expect(await json(["cache", "show"])).toMatchObject({ entries: 0, most_bytes: 64 * 2 ** 20 });
    expect(await json(["cache", "purge", "--alias", "house"])).toEqual({ removed: 0 });
    expect((await ghostllm(["cache", "purge", "--alias", "nobody"])).code).toBe(5);
    expect((await json(["alias", "update", "house", "--uncached"]))["cache"]).toBeNull();
    // Each is a process of its own.
  }, 180_000);
});

describe("guardrails", () => {
  it("are made, listed, switched off and deleted", async () => {
    const create = ["guardrail", "create", "--name", "birds", "--words", "bluebird", "red kite", "--action", "redact"];
    expect(await json(create)).toMatchObject({
      check: { kind: "text", words: ["bluebird", "red kite"] },
      ...{ action: "redact", stage: "both", secret: null },
    });
    const asks = ["guardrail", "create", "--name", "rules", "--webhook", "https://rules.example/check", "--open"];
    expect((await ghostllm(asks)).out).toContain("whsec_");
    expect((await ghostllm(["guardrail", "create", "--name", "none"])).code).toBe(2);
    const schema = join(directory, "order.schema.json");
    await writeFile(schema, '{"required": ["id"]}');
    expect(await json(["guardrail", "create", "--name", "orders", "--schema", schema])).toMatchObject({
      ...{ stage: "output", check: { kind: "json-schema", schema: { required: ["id"] }, from_request: false } },
    });
    const tried = await ghostllm(["guardrail", "try", "{}", "--stage", "output", "--only", "orders"]);
    expect([tried.code, tried.out]).toEqual([0, expect.stringMatching(/block +orders\s+It is blocked/)]);
    expect((await ghostllm(["guardrail", "try", "a bluebird", "--only", "birds"])).out).toContain("a [redacted]");
    await json(["guardrail", "delete", "orders"]);
    expect((await ghostllm(["guardrail", "list"])).out).toMatch(
      /birds +everyone +all +both +text +redact +closed +yes/,
    );
    expect(await json(["guardrail", "disable", "birds"])).toMatchObject({ is_active: false });
    expect((await ghostllm(["guardrail", "delete", "nobody"])).code).toBe(5);
    for (const name of ["birds", "rules"]) expect((await ghostllm(["guardrail", "delete", name])).code).toBe(0);
  }, 180_000);
});

describe("consent", () => {
  it("is asked for by policies, listed, and given by whoever decides", async () => {
    await json(["user", "create", "--email", "kim@example.com"]);
    const key = await json(["key", "create", "--name", "held", "--user", "kim@example.com"]);
    const own = ["--of", String(key["public_id"])];
    const vendor = ["--type", "openai", "--base-url", "http://127.0.0.1:1/v1", "--api-key-env", "VENDOR_KEY"];
    await ghostllm(["provider", "add", ...vendor], { VENDOR_KEY: "sk-vendor-0123456789abcdef" });
    const policy = ["consent", "policy", "create", "--name", "all of kim", ...own, "--minutes", "5"];
    expect(await json(policy)).toMatchObject({ valid_minutes: 5, applies_to: { kind: "key", id: key["id"] } });
    expect((await ghostllm(["consent", "policy", "list"])).out).toMatch(/all of kim +key \S+ +all +- +- +- +5 +yes/);
    const headers = { authorization: `Bearer ${String(key["key"])}`, "content-type": "application/json" };
    const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] });
    const ask = () => fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
    const [first, second] = [await ask(), await ask()];
    expect([first.status, second.status]).toEqual([403, 403]);
    const id = first.headers.get("x-ghostllm-consent-id") ?? "none";
    expect((await ghostllm(["consent", "list", ...own])).out).toMatch(/pending +gpt-4o +held +kim@example\.com/);
    expect(await json(["consent", "refuse", id, "--note", "no"])).toMatchObject({ status: "refused", note: "no" });
    expect((await ghostllm(["consent", "approve", id])).code).toBe(6);
    expect((await ghostllm(["consent", "list", "--status", "pending", ...own])).out).toContain("No request waits.");
    expect((await ghostllm(["consent", "list", "--status", "gone"])).code).toBe(2);
    expect(await ghostllm(["consent", "policy", "disable", "all of kim"])).toMatchObject({ code: 0 });
    expect(await ghostllm(["consent", "policy", "delete", "all of kim"])).toMatchObject({ code: 0 });
    await ghostllm(["provider", "remove", "openai"]);
    await ghostllm(["user", "delete", "kim@example.com"]);
  });
});

describe("stored prompts", () => {
  it("are what a key says, and are printed where they are stored", async () => {
    await json(["user", "create", "--email", "lee@example.com"]);
    const create = ["key", "create", "--name", "stored", "--user", "lee@example.com"];
    const key = await json([...create, "--store-prompts", "request_and_answer"]);
    expect(key).toMatchObject({ store_prompts: "request_and_answer" });
    const headers = { authorization: `Bearer ${String(key["key"])}`, "content-type": "application/json" };
    const messages = [{ role: "user", content: "Which \u001b[31mlighthouse?" }];
    const body = JSON.stringify({ model: "demo/demo", messages });
    const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
    await response.text();
    const id = response.headers.get("x-request-id") ?? "";
    let text = "";
    const print = async () => (text = (await ghostllm(["request", "content", id])).out);
    await expect.poll(print, { timeout: 40_000 }).toMatch(/Request \(application\/json, \d+ bytes\)/);
    expect(text).toContain("lighthouse?");
    expect(text).toMatch(/Answer \(application\/json, \d+ bytes\)\n\S/);
    expect(text).not.toContain("\u001b");
    await ghostllm(["user", "delete", "lee@example.com"]);
  }, 180_000);
});

describe("saved chats", () => {
  it("are listed, shown, renamed, exported, archived and deleted with the key of their user", async () => {
    await json(["user", "create", "--email", "chats@example.com"]);
    const create = ["key", "create", "--name", "chats", "--user", "chats@example.com"];
    const { key } = await json([...create, "--store-prompts", "request_and_answer"]);
    const headers = { authorization: `Bearer ${String(key)}`, "content-type": "application/json" };
    const messages = [{ role: "user", content: "Which \u001b[31mlighthouse?" }];
    const body = JSON.stringify({ model: "demo/demo", messages, session_id: "new" });
    const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
    await response.text();
    const id = response.headers.get("x-ghostllm-session-id") ?? "";
    const chat = async (...words: readonly string[]): Promise<string> => {
      const { code, out, error } = await ghostllm(["chat", ...words, "--key", String(key)]);
      expect([code, error], out).toEqual([0, ""]);
      expect(out).not.toContain("\u001b");
      return out;
    };
    expect(await chat("list")).toContain(id);
    expect(await chat("show", id)).toMatch(/user:\nWhich .*lighthouse\?\n\nassistant:\n\S/);
    await chat("rename", id, "Lights at sea");
    expect(await chat("list", "--search", "sea lights")).toContain("Lights at sea");
    const path = join(directory, "chat.md");
    await chat("export", id, "--markdown", "--output", path);
    expect(await readFile(path, "utf8")).toMatch(/^# Lights at sea\n/);
    await chat("archive", id);
    expect(await chat("list")).not.toContain(id);
    expect(await chat("list", "--archived")).toContain(id);
    await chat("delete", id);
    expect((await ghostllm(["chat", "show", id, "--key", String(key)])).code).toBe(5);
    await ghostllm(["user", "delete", "chats@example.com"]);
  }, 180_000);
});

describe("why", () => {
  it("is told of a request that was made, and of one that is not", async () => {
    await json(["user", "create", "--email", "why@example.com"]);
    const key = await json(["key", "create", "--name", "asks", "--user", "why@example.com", "--rpm", "9"]);
    const headers = { authorization: `Bearer ${String(key["key"])}`, "content-type": "application/json" };
    const body = JSON.stringify({ model: "demo/demo", messages: [{ role: "user", content: "Hi" }] });
    const told = await ghostllm(["estimate", "--key", String(key["key"])], {}, body);
    expect([told.code, told.error]).toEqual([0, ""]);
    expect(told.out).toMatch(
      /^It would be admitted\.\nprompt: about \d+ tokens\nprice: .*\ntargets:\n  1  demo\/demo  ready/,
    );
    const unknown = await ghostllm(["estimate", "--key", String(key["key"])], {}, body.replace("demo/demo", "nothing"));
    expect(unknown.code).toBe(5);
    const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
    await response.text();
    const id = response.headers.get("x-request-id") ?? "";
    let text = "";
    const print = async () => (text = (await ghostllm(["request", "show", id])).out);
    await expect.poll(print, { timeout: 40_000 }).toContain("ok 200: 'demo/demo' answered by demo/demo");
    expect(text).toMatch(/^Time\n  read +\d/m);
    expect(text).toMatch(/^  key asks  requests per minute  9 of 9 left$/m);
    expect(await json(["request", "show", id])).toMatchObject({ record: { id }, why: { plans: [] } });
    expect((await ghostllm(["request", "show", "0197a000-0000-7000-8000-00000000c9e4"])).code).toBe(5);
    await ghostllm(["user", "delete", "why@example.com"]);
  }, 180_000);
});

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
    expect(table.out).toMatch(/^EMAIL +ROLE +SPENT USD +ACTIVE +CREATED +ID\n/);
    expect(table.out).toMatch(/^ada@example.com +member +0 of 5 /m);
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
    await ghostllm(["budget", "add", "provider:openai", "--period", "month", "--amount", "30"]);
    expect((await ghostllm(["budget", "list"])).out).toMatch(/provider +openai +[0-9a-f]+ +month +0 of 30/);
    const set = ["limit", "set", "provider:openai", "requests_per_hour=1000"];
    expect((await ghostllm([...set, "cost_usd_per_day=2.5"])).out).toContain("cost_usd_per_day: 2.5");
    expect((await ghostllm([...set, "cost_usd_per_day=none"])).out.trim()).toBe("requests_per_hour: 1000");
    expect((await ghostllm(["limit", "show", "provider:openai"])).out.trim()).toBe("requests_per_hour: 1000");
    expect((await ghostllm([...set, "requests=1"])).code).toBe(2);
    expect(await ghostllm(["provider", "remove", "openai"])).toMatchObject({ code: 0 });
  });

  it("diagnoses a healthy installation and accounts for its own request", async () => {
    const requests = async (): Promise<number> => {
      const { out } = await ghostllm(["usage", "--by", "model"]);
      return Number(/^demo\/demo +(\d+) +0 /m.exec(out)?.[1] ?? 0);
    };
    const before = await requests();
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
    await expect.poll(requests, { timeout: 45_000 }).toBe(before + 1);
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

  it.skipIf(isDivided)("migrates, also beside a running server", async () => {
    expect(await json(["migrate"])).toEqual({ applied: [] });
  });
});

describe("files of many changes", () => {
  const write = async (name: string, lines: readonly string[]): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, `${lines.join("\n")}\n`);
    return path;
  };

  it("of users are taken over, and say which row was not", async () => {
    const rows = ["email,username,role,budget_usd", 'ida@example.com,"Ida, the first",viewer,12.5', "nobody,,,"];
    const path = await write("users.csv", [...rows, "max@example.com,,,"]);
    const whole = await ghostllm(["user", "import", path, "--atomic"]);
    expect([whole.code, whole.error]).toEqual([2, expect.stringContaining("operations")]);
    expect((await ghostllm(["user", "list"])).out).not.toContain("ida@example.com");
    const run = await ghostllm(["user", "import", path]);
    expect(run.code).toBe(2);
    await writeFile(path, [rows[0], rows[1], "admin@localhost,,,", "max@example.com,,,"].join("\r\n"));
    const taken = await ghostllm(["user", "import", path]);
    expect(taken.code).toBe(1);
    expect(taken.out).toMatch(/^Done: 2 of 3\n2 {2}admin@localhost {2}\S/);
    expect(taken.error).toContain("1 of 3 were not done");
    const printed = (await ghostllm(["user", "csv"])).out.trimEnd().split("\n");
    expect(printed[0]).toBe("email,username,role,budget_usd");
    expect(printed).toContain('ida@example.com,"Ida, the first",viewer,12.5');
    // What is printed can be read again.
    const again = await ghostllm(["user", "import", "-"], {}, printed.join("\n"));
    expect(again.out).toContain(`Done: 0 of ${printed.length - 1}`);
    const odd = await ghostllm(["user", "import", "-"], {}, "email,phone\nx@example.com,1\n");
    expect([odd.code, odd.error]).toEqual([2, expect.stringContaining("There is no column 'phone'")]);
    for (const email of ["ida@example.com", "max@example.com"]) await ghostllm(["user", "delete", email]);
  });

  it("of operations are carried out in order, each with what became of it, or all or none", async () => {
    const create = (name: string) => JSON.stringify({ op: "teams.create", body: { name } });
    const path = await write("teams.ndjson", [create("bulk-one"), "", create("bulk-one"), create("bulk-two")]);
    const none = await ghostllm(["bulk", path, "--atomic"]);
    expect([none.code, none.error]).toEqual([6, expect.stringContaining("Nothing was changed, for the operation 1")]);
    const { code, out } = await ghostllm(["bulk", path, "--json"]);
    const { data } = JSON.parse(out) as { data: { op: string; status: number; body: object }[] };
    expect([code, data.map(({ status }) => status)]).toEqual([1, [201, 409, 201]]);
    const removals = data.flatMap(({ body }) => {
      const id: unknown = Reflect.get(Object(body), "id");
      return typeof id === "string" ? [JSON.stringify({ op: "teams.remove", params: { id } })] : [];
    });
    const removed = await ghostllm(["bulk", "-"], {}, removals.join("\n"));
    expect(removed).toMatchObject({ code: 0, out: "Done: 2 of 2\n" });
    const broken = await ghostllm(["bulk", "-"], {}, `${create("bulk-three")}\n{"op":`);
    expect([broken.code, broken.error]).toEqual([2, expect.stringContaining("Line 2 is no JSON")]);
  });

  it("have keys that say how long they wait, each time by itself", async () => {
    const made = await json([
      "key",
      "create",
      "--name",
      "waits",
      "--user",
      "admin@localhost",
      "--total-timeout",
      "30000",
    ]);
    const id = String(made["id"]);
    const changed = await json(["key", "update", id, "--first-token-timeout", "2000"]);
    const none = { connect_ms: null, first_token_ms: null, idle_ms: null, total_ms: null };
    const waits = { ...none, first_token_ms: 2_000, total_ms: 30_000 };
    expect(changed).toMatchObject({ permissions: { timeouts: waits } });
    const asOthers = ["--first-token-timeout", "0", "--total-timeout", "0"];
    expect(await json(["key", "update", id, ...asOthers])).toMatchObject({ permissions: { timeouts: null } });
    await ghostllm(["key", "revoke", id]);
  });

  it("have keys, revoked ones too, and no secret", async () => {
    const {
      key,
      id,
      public_id: publicId,
    } = await json(["key", "create", "--name", "of a table", "--user", "admin@localhost", "--tags", "csv"]);
    await ghostllm(["key", "revoke", String(publicId)]);
    const { code, out } = await ghostllm(["key", "csv"]);
    const [names = "", ...rows] = out.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(names).toMatch(/^id,public_id,name,user_id,team_id,tags,/);
    const row = rows.find((line) => line.startsWith(String(id))) ?? "";
    expect(row).toMatch(new RegExp(`^${String(id)},${String(publicId)},of a table,[^,]+,,csv,,0,,false,`));
    expect(out).not.toContain(String(key).slice(-8));
  });
});

describe("what keys may be used for", () => {
  it("is given, changed and found, and a key is rotated and taken over", async () => {
    const use = ["--endpoints", "chat.completions", "--from", "10.0.0.0/8", "--tags", "ci"];
    const made = await json(["key", "create", "--name", "bounded", ...use]);
    expect(made["permissions"]).toEqual({
      models: null,
      endpoints: ["chat.completions"],
      addresses: ["10.0.0.0/8"],
      acts_for: null,
      timeouts: null,
    });
    const publicId = String(made["public_id"]);
    const changed = await json(["key", "update", publicId, "--from", "all"]);
    expect(changed["permissions"]).toMatchObject({ endpoints: ["chat.completions"], addresses: null });
    const rotated = await json(["key", "rotate", publicId, "--overlap", "1"]);
    expect(rotated).toMatchObject({ id: made["id"], previous: { public_id: publicId } });
    const imported = await json(["key", "import", "--name", "moved", "--sha256", "a".repeat(64)]);
    expect(imported["public_id"]).toBe(`ik-${"a".repeat(12)}`);
    const { data } = (await json(["key", "list", "--tag", "ci"])) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual([made["id"]]);
  });
});

describe("audit", () => {
  it("lists, shows, verifies and exports what was done", async () => {
    const { id } = await json(["user", "create", "--email", "audited@example.com"]);
    const { data } = (await json(["audit", "list", "--action", "user.created", "--object", `user:${String(id)}`])) as {
      data: { place: number }[];
    };
    expect(data).toMatchObject([{ actor: { kind: "admin_key" }, object: { name: "audited@example.com" } }]);
    const shown = await ghostllm(["audit", "show", String(data[0]?.place)]);
    expect(shown.out).toContain('+ "audited@example.com"');
    const anchor = join(directory, "head.txt");
    expect(await ghostllm(["audit", "verify", "--save", anchor])).toMatchObject({ code: 0 });
    const verified = await json(["audit", "verify", "--anchor", anchor]);
    expect(verified).toMatchObject({ ok: true, problem: null });
    const lines = (await ghostllm(["audit", "export"])).out.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(Number(verified["checked"]));
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ place: 1 });
    const cef = await ghostllm([
      "audit",
      "export",
      "--format",
      "cef",
      "--action",
      "user.created",
      "--to",
      "2100-01-01",
    ]);
    expect(cef.out).toMatch(/^CEF:0\|GhostLLM\|/);
    await writeFile(anchor, `1:${"0".repeat(64)}\n`);
    const other = await ghostllm(["audit", "verify", "--anchor", anchor]);
    expect(other).toMatchObject({ code: 1 });
    expect(other.error).toContain("another entry at 1");
  });
});

describe("events tail", () => {
  /** What it prints until a line has this in it; then it is told to stop. */
  async function tail(words: readonly string[], wanted: string, provoke: () => Promise<unknown>): Promise<Run> {
    const child = start(["events", "tail", ...words], { GHOSTLLM_URL: url });
    let [out, error] = ["", ""];
    child.stderr.on("data", (chunk: Buffer) => (error += chunk.toString()));
    const seen = new Promise<void>((resolve) =>
      child.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes(wanted)) resolve();
      }),
    );
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    // One at a time: each is a process, and a machine that is slow would have more of them every second.
    const watch = { isOver: false };
    const provoking = (async () => {
      for (; !watch.isOver; await sleep(1_000)) await provoke();
    })();
    await Promise.race([seen, ended]);
    watch.isOver = true;
    child.kill("SIGINT");
    await provoking;
    return { code: await ended, out, error };
  }
  let serial = 0;
  const createKey = () => json(["key", "create", "--user", "admin@localhost", "--name", `tailed ${(serial += 1)}`]);

  it("shows what happens, a line each, until Ctrl-C", async () => {
    const { code, out, error } = await tail(["--types", "key.created,user.limit"], "tailed", createKey);
    expect([code, error]).toEqual([0, ""]);
    expect(out).toMatch(/^20\S+Z {2}key\.created {7}key_id=\S+ .*name=tailed \d+/m);
  });

  it("prints a document a line with --json", async () => {
    const { code, out } = await tail(["--json"], "key.created", createKey);
    expect(code).toBe(0);
    const [first = ""] = out.split("\n");
    expect(JSON.parse(first)).toMatchObject({ place: expect.any(String), event: { specversion: "1.0" } });
  });

  it("says which types there are, and that nobody answers", async () => {
    const wrong = await ghostllm(["events", "tail", "--types", "key.made"]);
    expect(wrong.code).toBe(2);
    expect(wrong.error).toContain("key.created");
    expect(await ghostllm(["events", "tail", "--url", "http://127.0.0.1:9"])).toMatchObject({ code: 3 });
  });
});

it.skipIf(isDivided)("ends with 0 when it is told to stop", async () => {
  expect(await stop()).toBe(0);
});
