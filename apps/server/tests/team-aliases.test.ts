// Aliases of teams over all that a server is made of, with two workers: who finds them at the gateway, and what they may lead to there.

import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { askings, names } from "./support/every-dialect.ts";
import { pause, readError } from "./support/stage.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

interface Team {
  readonly id: string;
  /** Of the team itself. */
  readonly key: string;
}

let vendors: readonly FakeUpstream[];
let server: WholeServer;
let userId: string;
let red: Team;
let blue: Team;
/** Of a person who is in both teams. */
let personal: { readonly red: string; readonly blue: string; readonly none: string };
let serial = 0;
const next = (): string => `n${(serial += 1)}`;

const one = { provider: "one", model: "gpt-4o" };
const two = { provider: "two", model: "gpt-4o-mini" };
/** One that fails is rested: no other test asks it. */
const failing = { provider: "one", model: "gpt-4.1" };

async function addTeam(models: readonly string[] | null = null): Promise<Team> {
  const { id } = await server.admin.teams.create({ body: { name: next(), models: models && [...models] } });
  return { id, key: await addKey({ owner: "team", team_id: id }) };
}

type NewKey = Omit<Parameters<WholeServer["admin"]["apiKeys"]["create"]>[0]["body"], "name">;

async function addKey(body: NewKey): Promise<string> {
  return (await server.admin.apiKeys.create({ body: { name: next(), ...body } })).key;
}

beforeAll(async () => {
  vendors = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
  server = await startWholeServer({ SERVER_WORKERS: "2" });
  const { admin } = server;
  for (const [place, name] of ["one", "two"].entries()) {
    const base_url = `${vendors[place]?.url}/v1`;
    await admin.providers.create({ body: { name, provider_type: "openai", base_url, api_key: "sk-of-the-vendor" } });
  }
  ({ id: userId } = await admin.users.create({ body: { email: "ada@example.com" } }));
  [red, blue] = [await addTeam(), await addTeam()];
  for (const { id } of [red, blue]) await admin.teams.addMember({ params: { id }, body: { user_id: userId } });
  personal = {
    red: await addKey({ user_id: userId, team_id: red.id }),
    blue: await addKey({ user_id: userId, team_id: blue.id }),
    none: await addKey({ user_id: userId }),
  };
});
beforeEach(() => {
  for (const vendor of vendors) {
    vendor.clear();
    vendor.script({ kind: "chat", text: "Hello" });
  }
});
afterAll(async () => {
  await server.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

interface AliasChange {
  readonly name?: string;
  readonly targets?: readonly { readonly provider: string; readonly model: string }[];
  readonly team?: Team | null;
}

type More = Omit<Parameters<WholeServer["admin"]["aliases"]["create"]>[0]["body"], "name" | "targets" | "team_id">;

const addAlias = ({ name = next(), targets = [one], team = red }: AliasChange = {}, more: More = {}) =>
  server.admin.aliases.create({ body: { name, targets: [...targets], team_id: team?.id ?? null, ...more } });

function send(key: string, path: string, body: object): Promise<Response> {
  // A connection each, so that every worker is asked.
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" };
  return fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

const chat = (key: string, model: string, more: object = {}): Promise<Response> =>
  send(key, "/v1/chat/completions", { model, messages: [{ role: "user", content: "Hi" }], ...more });

/** Who has answered, or why nobody has. */
async function answerTo(key: string, model: string): Promise<string> {
  const response = await chat(key, model);
  if (response.status === 200) {
    await response.text();
    return response.headers.get("x-ghostllm-provider") ?? "";
  }
  return `${response.status} ${(await readError(response)).code}`;
}

const unknown = "404 model_not_found";

/** Every worker is asked a few times. */
async function expectWithinASecond(key: string, model: string, wanted: string): Promise<void> {
  const changedAt = performance.now();
  const ask = () => Promise.all(Array.from({ length: 6 }, () => answerTo(key, model)));
  for (;;) {
    const answers = new Set(await ask());
    const passedMs = performance.now() - changedAt;
    if (answers.size === 1 && answers.has(wanted)) return;
    if (passedMs > 1_000 * slowdown()) expect([...answers]).toEqual([wanted]);
    await pause(20);
  }
}

describe("an alias of a team", () => {
  it("is found by the keys of its team, whoever has them, and by no others", async () => {
    const { name } = await addAlias();
    const keys = [red.key, personal.red, blue.key, personal.blue, personal.none];
    const answers = await Promise.all(keys.map((key) => answerTo(key, name)));
    expect(answers).toEqual(["one", "one", unknown, unknown, unknown]);
  });

  it("may have the name of one of another team: each leads its own keys", async () => {
    const { name } = await addAlias();
    await addAlias({ name, team: blue, targets: [two] });
    expect(await answerTo(personal.red, name)).toBe("one");
    expect(await answerTo(personal.blue, name)).toBe("two");
    expect(await answerTo(personal.none, name)).toBe(unknown);
    expect(await answerTo(personal.red, `${name}:latest`)).toBe("one");
  });

  it.each(names)("is asked for in the dialect %s, streamed or not", async (dialect) => {
    const { name } = await addAlias({ targets: [{ provider: "one", model: "gpt-4.1-mini" }] });
    const asked = () => vendors[0]?.received.length ?? 0;
    for (const stream of [false, true]) {
      const { path, body } = askings[dialect](name, stream);
      const refused = await send(personal.blue, path, body);
      await refused.text();
      expect([refused.status, asked()]).toEqual([404, 0]);
      const answered = await send(personal.red, path, body);
      await answered.text();
      expect(asked()).toBeGreaterThan(0);
      vendors[0]?.clear();
    }
  });

  it("falls back from target to target, as every alias", async () => {
    const { name } = await addAlias({ targets: [failing, two] });
    vendors[0]?.script({ kind: "error", status: 500 });
    const response = await chat(personal.red, name);
    await response.text();
    expect([response.status, response.headers.get("x-ghostllm-provider")]).toEqual([200, "two"]);
  });

  it("stands in lists of models and by itself for its team alone, in every form", async () => {
    const { name } = await addAlias();
    const forms = [
      ["/v1/models", {}],
      ["/v1/models", { "anthropic-version": "2023-06-01" }],
      ["/v1beta/models?pageSize=1000", {}],
      ["/api/tags", {}],
    ] as const;
    for (const [path, headers] of forms) {
      const list = async (key: string) => {
        const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${key}`, ...headers } });
        expect(response.status).toBe(200);
        return response.text();
      };
      const [own, others, nobodys] = [await list(personal.red), await list(personal.blue), await list(personal.none)];
      const shown = [own, others, nobodys].map((text) => text.includes(name));
      expect([path, ...shown]).toEqual([path, true, false, false]);
      expect(others).toContain("demo-");
    }
    const single = (key: string) =>
      fetch(`${server.url}/v1/models/${name}`, { headers: { authorization: `Bearer ${key}` } });
    expect([(await single(personal.red)).status, (await single(personal.blue)).status]).toEqual([200, 404]);
  });

  it("is told of in records by its name, with the team, also where another one has it", async () => {
    const [mine, theirs] = [await addTeam(), await addTeam()];
    const { name } = await addAlias({ team: mine });
    await addAlias({ name, team: theirs, targets: [two] });
    for (const { key } of [mine, mine, theirs]) expect(await answerTo(key, name)).not.toBe(unknown);
    const namesOf = async ({ id }: Team) => {
      const { data } = await server.admin.usage.list({ query: { team_id: id } });
      return data.map(({ requested_model, provider }) => `${requested_model} by ${provider}`);
    };
    await expect.poll(() => namesOf(mine), { timeout: 10_000 }).toEqual([`${name} by one`, `${name} by one`]);
    await expect.poll(() => namesOf(theirs), { timeout: 10_000 }).toEqual([`${name} by two`]);
  });

  it("holds its own keys to its limits, and leaves those of another of its name alone", async () => {
    const { name } = await addAlias({}, { limits: { requests_per_minute: 1 } });
    await addAlias({ name, team: blue, targets: [two] });
    expect(await answerTo(personal.red, name)).toBe("one");
    expect(await answerTo(red.key, name)).toBe("429 rate_limit_exceeded");
    expect(await answerTo(personal.blue, name)).toBe("two");
    expect(await answerTo(personal.blue, name)).toBe("two");
  });

  it("is another one's, everybody's or nobody's within a second, in every worker", async () => {
    const { id, name } = await addAlias();
    const update = (team_id: string | null) => server.admin.aliases.update({ params: { id }, body: { team_id } });
    await update(blue.id);
    await expectWithinASecond(personal.red, name, unknown);
    await expectWithinASecond(personal.blue, name, "one");
    await update(null);
    await expectWithinASecond(personal.none, name, "one");
    await update(red.id);
    await expectWithinASecond(personal.blue, name, unknown);
    await server.admin.aliases.remove({ params: { id } });
    await expectWithinASecond(personal.red, name, unknown);
  });
});

describe("what an alias of a team leads to", () => {
  const narrow = (team: Team, models: readonly string[] | null) =>
    server.admin.teams.update({ params: { id: team.id }, body: { models: models && [...models] } });

  it("is what the team may use: what it may not use any more is left out within a second", async () => {
    const team = await addTeam();
    const { name } = await addAlias({ team, targets: [failing, two] });
    await expectWithinASecond(team.key, name, "one");
    await narrow(team, ["two/*"]);
    await expectWithinASecond(team.key, name, "two");
    await narrow(team, ["claude-*"]);
    await expectWithinASecond(team.key, name, "403 permission_denied");
    const headers = { authorization: `Bearer ${team.key}` };
    const list = async () => (await fetch(`${server.url}/v1/models`, { headers })).text();
    expect(await list()).not.toContain(name);
    // Fallback leads nowhere that the team may not go.
    await narrow(team, ["gpt-4.1"]);
    await expectWithinASecond(team.key, name, "one");
    vendors[0]?.script({ kind: "error", status: 500 });
    vendors[1]?.clear();
    expect((await chat(team.key, name)).status).toBe(500);
    expect(vendors[1]?.received.filter(({ method }) => method === "POST")).toEqual([]);
    await narrow(team, null);
    await expectWithinASecond(team.key, name, "two");
  });

  it("is not widened by a name that the team's list has", async () => {
    const team = await addTeam(["gpt-4o", "gpt-4o-mini"]);
    const { name } = await addAlias({ team, targets: [one, two] });
    await narrow(team, [name]);
    await expectWithinASecond(team.key, name, "403 permission_denied");
    await narrow(team, ["*-mini"]);
    await expectWithinASecond(team.key, name, "two");
  });

  it("is asked for by keys that may ask for its name, as with every alias", async () => {
    const { name } = await addAlias();
    const keyFor = (models: string[]) => addKey({ user_id: userId, team_id: red.id, permissions: { models } });
    expect(await answerTo(await keyFor([name]), name)).toBe("one");
    expect(await answerTo(await keyFor([`${name}*`]), name)).toBe("one");
    expect(await answerTo(await keyFor(["gpt-4o"]), name)).toBe("403 permission_denied");
  });

  it("stays what it is where a model of its name comes later, and goes with it for nobody else", async () => {
    const { name } = await addAlias({ targets: [two] });
    const providers = (await server.admin.providers.list()).data;
    const provider_id = providers.find((provider) => provider.name === "one")?.id ?? "";
    await server.admin.models.create({ body: { provider_id, name } });
    await expectWithinASecond(personal.blue, name, "one");
    await expectWithinASecond(personal.red, name, "two");
  });
});

describe("a budget that leads to an alias", () => {
  const spent = (downgrade_to: string) => [{ period: "day" as const, amount_usd: "0", downgrade_to }];
  const capped = (team: Team | null, alias: string) =>
    addKey({ user_id: userId, ...(team && { team_id: team.id }), budgets: spent(alias) });
  const downgrade = async (key: string): Promise<string> => {
    const response = await chat(key, "one/gpt-4o", { max_tokens: 5 });
    await response.text();
    return response.status === 200 ? (response.headers.get("x-ghostllm-downgraded") ?? "") : String(response.status);
  };

  it("leads to one of its team, and to none of another", async () => {
    const { name } = await addAlias({ targets: [two] });
    expect(await downgrade(await capped(red, name))).toBe(name);
    await expect(capped(blue, name)).rejects.toMatchObject({ status: 400, param: "budgets.0.downgrade_to" });
    await expect(capped(null, name)).rejects.toMatchObject({ status: 400, param: "budgets.0.downgrade_to" });
  });

  it("leads nowhere that the team may not go, also by everybody's", async () => {
    const team = await addTeam();
    await server.admin.teams.addMember({ params: { id: team.id }, body: { user_id: userId } });
    const { name } = await addAlias({ team: null, targets: [two] });
    const key = await capped(team, name);
    expect(await downgrade(key)).toBe(name);
    await narrow(team.id, ["gpt-4o"]);
    await expect.poll(() => downgrade(key), { timeout: 1_000 * slowdown() }).toBe("429");
    await narrow(team.id, ["gpt-4o", "gpt-4o-mini"]);
    await expect.poll(() => downgrade(key), { timeout: 1_000 * slowdown() }).toBe(name);
    await narrow(team.id, ["gpt-4o", name]);
    await expect.poll(() => downgrade(key), { timeout: 1_000 * slowdown() }).toBe(name);
  });

  const narrow = (id: string, models: string[]) => server.admin.teams.update({ params: { id }, body: { models } });
});
