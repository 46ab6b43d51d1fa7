// Configs of Portkey, and databases of one-api and new-api, are taken over by the command line.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeUpstream, startFakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AskedServer, startAskedServer } from "../support/server.ts";
import { writeTables } from "./litellm-database.ts";
import { foundOf, ghostllm } from "./run-import.ts";

let directory: string;
let upstream: FakeUpstream;
let server: AskedServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghostllm-import-"));
  upstream = await startFakeUpstream();
  server = await startAskedServer();
});

afterAll(async () => {
  await server?.stop();
  await upstream?.close();
  await rm(directory, { recursive: true, force: true });
});

async function chat(key: string, model: string): Promise<number> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 10, messages: [{ role: "user", content: "hello" }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

const aliases = async () =>
  new Map((await server.admin.aliases.list({ query: { limit: 500 } })).data.map((alias) => [alias.name, alias]));

describe("Portkey", () => {
  it("has its configs as aliases: shares, order, retries, kept answers; and what cannot be moved is named", async () => {
    const host = `${upstream.url}/v1`;
    const openai = { provider: "openai", api_key: "sk-of-portkey-1", custom_host: host };
    const configs = [
      {
        name: "shared out",
        config: {
          strategy: { mode: "loadbalance" },
          retry: { attempts: 2, on_status_codes: [429, 503] },
          cache: { mode: "simple", max_age: 60 },
          targets: [
            { ...openai, weight: 0.75, override_params: { model: "gpt-4o-mini", temperature: 0 } },
            {
              virtual_key: "openai-second",
              custom_host: host,
              weight: 0.25,
              override_params: { model: "gpt-4.1-mini" },
            },
          ],
        },
      },
      {
        name: "nested",
        config: {
          strategy: { mode: "fallback", on_status_codes: [429] },
          request_timeout: 5000,
          targets: [
            { ...openai, override_params: { model: "gpt-4o-mini" } },
            {
              strategy: { mode: "loadbalance" },
              targets: [{ provider: "anthropic", api_key: "a", override_params: { model: "claude-sonnet-4-5" } }],
            },
            { provider: "nowhere", api_key: "x", override_params: { model: "m" } },
          ],
        },
      },
      {
        name: "chooses",
        config: { strategy: { mode: "conditional", conditions: [], default: "a" }, targets: [openai] },
      },
    ];
    const [file, env] = [join(directory, "portkey.json"), join(directory, "env")];
    await writeFile(file, JSON.stringify({ data: configs }));
    await writeFile(env, "PORTKEY_OPENAI_SECOND_API_KEY=sk-of-portkey-2\n");
    const words = ["import", "portkey", file, "--env-file", env, "--json", "--apply"];
    const run = await ghostllm(server, words);
    expect([run.code, run.error, run.answer().failed]).toEqual([0, "", []]);
    expect(foundOf(run.answer(), /^config chooses/)[0]).toMatch(/^unsupported: the strategy conditional/);
    expect(foundOf(run.answer(), /^config nested, target 3/)).toEqual([
      "unsupported: GhostLLM has no provider for nowhere",
    ]);
    expect(foundOf(run.answer(), /^config shared-out, target 1/)[0]).toMatch(
      /^approximate: override_params .*temperature/,
    );
    const made = await aliases();
    expect(made.get("shared-out")).toMatchObject({
      strategy: "weighted",
      retries: { attempts_per_target: 3, on: ["rate_limit", "overloaded", "refused"] },
      cache: { ttl_seconds: 60 },
      targets: [{ model: "gpt-4o-mini" }, { model: "gpt-4.1-mini", provider: "openai-second" }],
    });
    const [first, second] = made.get("shared-out")?.targets ?? [];
    expect((first?.weight ?? 0) / (second?.weight ?? 1)).toBeCloseTo(3, 1);
    expect(made.get("nested")).toMatchObject({ strategy: "ordered", timeouts: { first_token_ms: 5000 } });
    expect(made.get("nested")?.targets).toHaveLength(2);
    const again = (await ghostllm(server, words)).answer();
    expect([again.done, again.failed]).toEqual([[], []]);
  });
});

describe("one-api", () => {
  const token = {
    user_id: 2,
    status: 1,
    expired_time: -1,
    remain_quota: 0,
    unlimited_quota: 0,
    used_quota: 0,
    models: null,
    subnet: "",
  };

  function tables(url: string) {
    const channel = {
      status: 1,
      priority: 0,
      weight: 0,
      model_mapping: "",
      group: "default",
      config: "",
      base_url: url,
    };
    return {
      channels: [
        {
          id: 1,
          type: 1,
          key: "sk-of-channel-1",
          name: "first",
          models: "gpt-4o-mini,nick",
          ...channel,
          model_mapping: '{"nick":"gpt-4.1-mini"}',
        },
        {
          id: 2,
          type: 1,
          key: "sk-of-channel-2",
          name: "second",
          models: "gpt-4o-mini",
          ...channel,
          priority: 5,
          group: "vip",
        },
        { id: 3, type: 18, key: "x", name: "third", models: "spark", ...channel },
        { id: 4, type: 1, key: "x", name: "off", models: "gpt-4o", ...channel, status: 2 },
      ],
      users: [
        {
          id: 1,
          username: "root",
          email: "",
          role: 100,
          status: 1,
          quota: 500_000_000,
          used_quota: 0,
          group: "default",
        },
        {
          id: 2,
          username: "lin",
          email: "lin@example.com",
          role: 1,
          status: 1,
          quota: 250_001,
          used_quota: 1_000_003,
          group: "vip",
        },
      ],
      tokens: [
        { ...token, id: 1, key: "a".repeat(48), name: "bounded", remain_quota: 500_000, used_quota: 123_457 },
        { ...token, id: 2, key: "b".repeat(48), name: "used up", used_quota: 77, status: 4 },
        {
          ...token,
          id: 3,
          key: "c".repeat(48),
          name: "narrow",
          unlimited_quota: 1,
          models: "nick",
          subnet: "10.0.0.0/8",
        },
        { ...token, id: 4, key: "d".repeat(48), name: "off", unlimited_quota: 1, status: 2 },
      ],
      logs: [
        ...[1, 2].map((id) => ({
          id,
          user_id: 2,
          created_at: 1_780_000_000 + id,
          type: 2,
          token_name: "bounded",
          model_name: "gpt-4o-mini",
          quota: 61_728,
          prompt_tokens: 10,
          completion_tokens: 2,
        })),
        {
          id: 3,
          user_id: 2,
          created_at: 1_780_000_003,
          type: 1,
          token_name: "",
          model_name: "",
          quota: 9,
          prompt_tokens: 0,
          completion_tokens: 0,
        },
      ],
      options: [{ key: "GroupRatio", value: "{}" }],
    };
  }

  it("has its tokens go on, with what they have left to the nano-USD", async () => {
    const file = join(directory, "one-api.db");
    writeTables(file, tables(upstream.url));
    const run = await ghostllm(server, ["import", "one-api", file, "--json", "--apply"]);
    expect([run.code, run.error, run.answer().failed]).toEqual([0, "", []]);
    const answer = run.answer();
    expect(foundOf(answer, /^channel third/)[0]).toMatch(/^unsupported: .*type 18/);
    expect(foundOf(answer, /^channel off/)).toEqual(["unsupported: it is disabled there"]);
    expect(foundOf(answer, /^channel second/)[0]).toMatch(/^approximate: groups/);
    const keys = new Map(
      (await server.admin.apiKeys.list({ query: { limit: 500 } })).data.map((key) => [key.name, key]),
    );
    expect(keys.get("bounded")).toMatchObject({ budget_usd: "1.246914", spent_usd: "0.246914" });
    expect(keys.get("used up")).toMatchObject({ budget_usd: "0.000154", spent_usd: "0.000154" });
    expect(keys.get("narrow")).toMatchObject({
      budget_usd: null,
      permissions: { models: ["nick"], addresses: ["10.0.0.0/8"] },
    });
    const users = (await server.admin.users.list({ query: {} })).data;
    expect(users.find(({ email }) => email === "lin@example.com")).toMatchObject({
      budget_usd: "2.500008",
      spent_usd: "2.000006",
    });
    expect(users.find(({ email }) => email === "root@one-api.invalid")).toMatchObject({ budget_usd: "1000" });
    const order = (await aliases()).get("gpt-4o-mini");
    expect(order).toMatchObject({ strategy: "ordered", targets: [{ provider: "second" }, { provider: "first" }] });
    expect(await chat(`sk-${"a".repeat(48)}`, "gpt-4o-mini")).toBe(200);
    expect(upstream.received.at(-1)?.headers["authorization"]).toBe("Bearer sk-of-channel-2");
    expect(await chat(`sk-${"a".repeat(48)}`, "nick")).toBe(200);
    expect(await chat(`sk-${"b".repeat(48)}`, "gpt-4o-mini")).toBe(429);
    expect(await chat(`sk-${"d".repeat(48)}`, "gpt-4o-mini")).toBe(403);
    const query = { group_by: "provider", from: "2026-05-01", to: "2026-07-01" } as const;
    const used = (await server.admin.usage.summary({ query })).data;
    expect(used).toMatchObject([{ requests: 2, cost_usd: "0.246912", prompt_tokens: 20 }]);
    const again = (await ghostllm(server, ["import", "one-api", file, "--json", "--apply"])).answer();
    expect([again.done, again.failed]).toEqual([[], []]);
  });

  it("is new-api where its channels have what that has, with its numbers of vendors", async () => {
    const file = join(directory, "new-api.db");
    const { users, channels } = tables(upstream.url);
    const [first] = channels;
    const ofNew = { ...first, channel_info: "{}", settings: "{}" };
    writeTables(file, {
      channels: [
        { ...ofNew, type: 42, name: "mistral" },
        { ...ofNew, type: 28, name: "none" },
      ],
      users,
      tokens: [
        {
          ...token,
          id: 1,
          key: "e".repeat(48),
          name: "n",
          unlimited_quota: 1,
          model_limits_enabled: 0,
          model_limits: "x",
          allow_ips: "",
        },
      ],
    });
    const answer = (await ghostllm(server, ["import", "one-api", file, "--json"])).answer();
    expect(foundOf(answer, /^new-api/)).toHaveLength(1);
    expect(foundOf(answer, /^channel mistral/)).toEqual(["exact: mistral"]);
    expect(foundOf(answer, /^channel none/)[0]).toMatch(/^unsupported/);
  });

  it("says that it reads no MySQL, and what is no database", async () => {
    const mysql = await ghostllm(server, ["import", "one-api", "root:x@tcp(localhost:3306)/oneapi", "--json"]);
    expect([mysql.code, mysql.out]).toEqual([2, expect.stringContaining("MySQL is not read")]);
    const text = join(directory, "text.db");
    await writeFile(text, "this is no database");
    const run = await ghostllm(server, ["import", "one-api", text, "--json"]);
    expect([run.code, run.out]).toEqual([3, expect.stringContaining("cannot be read")]);
  });
});
