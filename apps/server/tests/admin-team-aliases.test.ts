// Aliases of teams as those see to them who may: who sees and changes which, which names and targets are refused, and what is handed on.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client } from "@ghostllm/contract/client";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { availableEngines } from "./store-support/engines.ts";

const target = { provider: "openai", model: "gpt-4o" };
const denied = { status: 403, code: "permission_denied" };
const missing = { status: 404, code: "not_found" };

describe.each(availableEngines())("aliases of teams on $name", (engine) => {
  let plane: AdminPlane;
  let red: string;
  let blue: string;
  let manager: Client;
  let serial = 0;
  const next = (): string => `n${(serial += 1)}`;

  const addTeam = async (models: string[] | null = null) =>
    (await plane.admin.teams.create({ body: { name: next(), models } })).id;

  async function addUser(teams: Readonly<Record<string, "manager" | "member" | "viewer">> = {}, role = "member") {
    const { id } = await plane.admin.users.create({ body: { email: `${next()}@example.com`, role } });
    for (const [team, as] of Object.entries(teams))
      await plane.admin.teams.addMember({ params: { id: team }, body: { user_id: id, role: as } });
    return { id, client: plane.as(await plane.sessionOf(id)) };
  }

  const add = (team_id: string | null, name = next(), client = plane.admin) =>
    client.aliases.create({ body: { name, team_id, targets: [target] } });
  const update = (client: Client, id: string, body: Parameters<Client["aliases"]["update"]>[0]["body"]) =>
    client.aliases.update({ params: { id }, body });
  const remove = (client: Client, id: string) => client.aliases.remove({ params: { id } });
  const seen = async (client: Client, team_id?: string) => {
    const { data } = await client.aliases.list({ query: { limit: 500, ...(team_id && { team_id }) } });
    return data.map(({ id }) => id);
  };

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    for (const name of ["openai", "groq"])
      await plane.admin.providers.create({ body: { name, provider_type: name, api_key: "sk-of-the-vendor" } });
    [red, blue] = [await addTeam(), await addTeam()];
    manager = (await addUser({ [red]: "manager", [blue]: "member" })).client;
  });
  afterAll(() => plane.close());

  it("are seen with everybody's by who is in the team, all by who may, and none of other teams", async () => {
    const [common, ofRed, ofBlue] = [await add(null), await add(red), await add(blue)];
    const all = [common.id, ofRed.id, ofBlue.id];
    const sees = async (client: Client) => (await seen(client)).filter((id) => all.includes(id));
    const inRed = async (as: "manager" | "member" | "viewer") => (await addUser({ [red]: as })).client;
    for (const client of [await inRed("manager"), await inRed("member"), await inRed("viewer")])
      expect(await sees(client)).toEqual([common.id, ofRed.id]);
    expect(await sees(manager)).toEqual(all);
    expect(await sees((await addUser()).client)).toEqual([common.id]);
    for (const role of ["admin", "auditor"]) expect(await sees((await addUser({}, role)).client)).toEqual(all);
    const { client } = await addUser({ [red]: "member" });
    expect(await client.aliases.get({ params: { id: ofRed.id } })).toEqual(ofRed);
    await expect(client.aliases.get({ params: { id: ofBlue.id } })).rejects.toMatchObject(missing);
    expect(await seen(client, blue)).toEqual([]);
    expect(await seen(client, red)).toContain(ofRed.id);
    expect(await seen(client, red)).not.toContain(common.id);
  });

  it("are created, changed and removed by managers, in their teams alone", async () => {
    const mine = await add(red, next(), manager);
    expect(mine).toMatchObject({ team_id: red });
    expect(await update(manager, mine.id, { strategy: "weighted" })).toMatchObject({ strategy: "weighted" });
    await expect(add(blue, next(), manager)).rejects.toMatchObject({ status: 400, param: "team_id" });
    await expect(add("no-team", next(), manager)).rejects.toMatchObject({ status: 400, param: "team_id" });
    await expect(add(null, next(), manager)).rejects.toMatchObject({ ...denied, param: "team_id" });
    const [common, ofBlue] = [await add(null), await add(blue)];
    await expect(update(manager, common.id, { strategy: "weighted" })).rejects.toMatchObject(denied);
    await expect(remove(manager, common.id)).rejects.toMatchObject(denied);
    await expect(update(manager, ofBlue.id, { strategy: "weighted" })).rejects.toMatchObject(missing);
    await expect(remove(manager, ofBlue.id)).rejects.toMatchObject(missing);
    expect(await plane.admin.aliases.get({ params: { id: common.id } })).toEqual(common);
    expect(await plane.admin.aliases.get({ params: { id: ofBlue.id } })).toEqual(ofBlue);
    expect(await remove(manager, mine.id)).toEqual({ id: mine.id, deleted: true });
  });

  it("lead on to what the team may use, to its own and to everybody's aliases, and to none of other teams", async () => {
    const green = await addTeam(["openai/*", "common-*"]);
    const lead = (any: readonly string[], team_id = green) =>
      plane.admin.aliases.create({ body: { name: next(), team_id, targets: [target], fallbacks: { any: [...any] } } });
    const [allowed, within, beyond] = [`common-${next()}`, next(), next()];
    for (const [name, targets] of [
      [allowed, [{ provider: "groq", model: "llama" }]],
      [within, [target]],
      [beyond, [{ provider: "groq", model: "llama" }]],
    ] as const)
      await plane.admin.aliases.create({ body: { name, targets: [...targets] } });
    const own = await add(green);
    const ofRed = await add(red);
    expect(await lead([own.name, allowed, within, "openai/gpt-4o-mini"])).toMatchObject({ team_id: green });
    for (const name of [beyond, ofRed.name, "groq/llama"])
      await expect(lead([name])).rejects.toMatchObject({ status: 400, param: "fallbacks.any[0]" });
    // Everybody's leads to none of a team's, and one that goes to another team takes none along that this may not use.
    const common = { name: next(), targets: [target], fallbacks: { any: [own.name] } };
    await expect(plane.admin.aliases.create({ body: common })).rejects.toMatchObject({ param: "fallbacks.any[0]" });
    const free = await lead(["groq/llama"], red);
    await expect(update(plane.admin, free.id, { team_id: green })).rejects.toMatchObject({ param: "fallbacks.any[0]" });
  });

  it.each(["member", "viewer"] as const)("are changed by no %s of the team", async (as) => {
    const { client } = await addUser({ [red]: as }, "manager");
    const { id } = await add(red);
    await expect(add(red, next(), client)).rejects.toMatchObject(denied);
    await expect(update(client, id, { strategy: "weighted" })).rejects.toMatchObject(denied);
    await expect(remove(client, id)).rejects.toMatchObject(denied);
  });

  it("go to another team by whoever may change them at both ends, and become everybody's by who may change all", async () => {
    const { client: both } = await addUser({ [red]: "manager", [blue]: "manager" });
    const { id, name } = await add(red);
    await expect(update(manager, id, { team_id: blue })).rejects.toMatchObject({ status: 400, param: "team_id" });
    await expect(update(manager, id, { team_id: null })).rejects.toMatchObject(denied);
    await expect(update(both, id, { team_id: null })).rejects.toMatchObject(denied);
    expect(await update(both, id, { team_id: blue })).toMatchObject({ team_id: blue });
    const { snapshots } = plane;
    expect(snapshots.current().teamAliases.get(red)?.has(name) ?? false).toBe(false);
    expect(snapshots.current().teamAliases.get(blue)?.get(name)?.id).toBe(id);
    await expect(update(manager, id, { team_id: red })).rejects.toMatchObject(missing);
    expect(await update(plane.admin, id, { team_id: null })).toMatchObject({ team_id: null });
    expect(snapshots.current().aliases.get(name)?.id).toBe(id);
    await expect(update(both, id, { team_id: red })).rejects.toMatchObject(denied);
    const { data } = await plane.admin.audit.list({ query: { limit: 5 } });
    const told = data.find(({ action, object }) => action === "alias.changed" && object?.id === id);
    expect(told?.changes).toEqual([{ field: "team_id", before: blue, after: null }]);
  });

  it("lead to what the team may use, whoever writes them", async () => {
    const team = await addTeam(["gpt-*", "groq/llama-*"]);
    const { client } = await addUser({ [team]: "manager" });
    const create = (by: Client, ...targets: (typeof target)[]) =>
      by.aliases.create({ body: { name: next(), team_id: team, targets } });
    const llama = { provider: "groq", model: "llama-9" };
    const allowed = await create(client, target, llama);
    for (const by of [client, plane.admin]) {
      const more = create(by, target, { provider: "groq", model: "mixtral" });
      await expect(more).rejects.toMatchObject({ status: 400, param: "targets[1].model" });
      const changed = update(by, allowed.id, { targets: [{ provider: "openai", model: "llama-9" }] });
      await expect(changed).rejects.toMatchObject({ status: 400, param: "targets[0].model" });
    }
    // The list is of models, and has no aliases that would be more.
    await plane.admin.teams.update({ params: { id: team }, body: { models: [allowed.name] } });
    await expect(create(client, target)).rejects.toMatchObject({ status: 400, param: "targets[0].model" });
    await expect(update(client, allowed.id, { targets: [target] })).rejects.toMatchObject({ status: 400 });
    expect(await update(client, allowed.id, { strategy: "weighted" })).toMatchObject({ strategy: "weighted" });
    const foreign = await add(red);
    await expect(update(plane.admin, foreign.id, { team_id: team })).rejects.toMatchObject({
      ...{ status: 400, param: "targets[0].model" },
    });
  });

  it("have the name of no model, and of no alias of everybody's; teams know nothing of each other's", async () => {
    const taken = { status: 409, param: "name" };
    const provider_id = (await plane.admin.providers.list()).data[0]?.id ?? "";
    await plane.admin.models.create({ body: { provider_id, name: "house-model" } });
    const [common, name] = [await add(null), next()];
    for (const wrong of ["house-model", "gpt-4o", "openai/anything", common.name, `${common.name}:latest`])
      await expect(add(red, wrong, manager), wrong).rejects.toMatchObject(taken);
    const ofBlue = await add(blue, name);
    const ofRed = await add(red, name, manager);
    await expect(add(red, name, manager)).rejects.toMatchObject(taken);
    await expect(add(null, name)).rejects.toMatchObject(taken);
    await expect(update(manager, ofRed.id, { name: "gpt-4o" })).rejects.toMatchObject(taken);
    await expect(update(plane.admin, ofBlue.id, { team_id: red })).rejects.toMatchObject(taken);
    // One that came first stays as it is when a model of its name comes.
    await plane.admin.models.create({ body: { provider_id, name } });
    expect(await update(manager, ofRed.id, { name, strategy: "weighted" })).toMatchObject({ strategy: "weighted" });
  });

  it("have limits and budgets of the manager's, who gives everybody's none", async () => {
    const { id, name } = await add(red, next(), manager);
    const limits = { requests_per_minute: 5 };
    const budget = { period: "day" as const, amount_usd: "1" };
    const held = await update(manager, id, { limits, budgets: [budget] });
    expect(held).toMatchObject({ limits, budgets: [{ amount_usd: "1" }] });
    expect(plane.snapshots.current().teamAliases.get(red)?.get(name)?.scope?.limits.requestsPerMinute).toBe(5);
    const shown = await manager.budgets.get({ params: { kind: "alias", id } });
    expect(shown.budget).toMatchObject({ kind: "alias", name, limits });
    const common = await add(null);
    await expect(update(manager, common.id, { limits })).rejects.toMatchObject(denied);
    const stranger = (await addUser({ [blue]: "manager" })).client;
    await expect(stranger.budgets.get({ params: { kind: "alias", id } })).rejects.toMatchObject(missing);
  });

  it("lead by their budgets to everybody's and their team's alone, wherever they go", async () => {
    const [common, ofRed, ofBlue] = [await add(null), await add(red), await add(blue)];
    const { id } = await add(red, next(), manager);
    const leadTo = (downgrade_to: string) => [{ period: "day" as const, amount_usd: "1", downgrade_to }];
    const lost = { status: 400, param: "budgets.0.downgrade_to" };
    await update(manager, id, { budgets: leadTo(common.name) });
    await expect(update(manager, id, { budgets: leadTo(ofBlue.name) })).rejects.toMatchObject(lost);
    await update(manager, id, { budgets: leadTo(ofRed.name) });
    await expect(update(plane.admin, id, { team_id: blue })).rejects.toMatchObject(lost);
    expect(await update(plane.admin, id, { team_id: blue, budgets: [] })).toMatchObject({ team_id: blue });
  });

  it("have versions, and are changed many at once, each by its own right", async () => {
    const [mine, theirs] = [await add(red), await add(blue)];
    const token = await plane.sessionOf((await addUser({ [red]: "manager" })).id);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const path = `/admin/aliases/${mine.id}`;
    const etag = (await plane.request(path, { headers })).headers.get("etag") ?? "";
    const patch = (strategy: string) =>
      plane.request(path, {
        ...{ method: "PATCH", headers: { ...headers, "if-match": etag }, body: JSON.stringify({ strategy }) },
      });
    expect([(await patch("weighted")).status, (await patch("ordered")).status]).toEqual([200, 412]);
    const body = { name: next(), team_id: red, targets: [target] };
    const { results } = await plane.as(token).bulk.run({
      body: {
        operations: [
          { op: "aliases.create", body },
          { op: "aliases.create", body: { ...body, team_id: blue } },
          { op: "aliases.update", params: { id: theirs.id }, body: { strategy: "weighted" } },
          { op: "aliases.remove", params: { id: mine.id } },
        ],
      },
    });
    expect(results.map(({ status }) => status)).toEqual([201, 400, 404, 200]);
    expect(plane.snapshots.current().teamAliases.get(red)?.has(body.name)).toBe(true);
    const repeated = { ...headers, "idempotency-key": next() };
    const create = async () => {
      const given = JSON.stringify({ ...body, name: "again" });
      const response = await plane.request("/admin/aliases", { method: "POST", headers: repeated, body: given });
      return ((await response.json()) as { id: string }).id;
    };
    expect(await create()).toBe(await create());
  });

  it("are written by no key that is held to some models, which could use others by them", async () => {
    const { id: user_id } = await addUser({ [red]: "manager" });
    const keyWith = async (models: string[] | null) =>
      plane.as((await plane.admin.apiKeys.create({ body: { name: "k", user_id, permissions: { models } } })).key);
    const { id } = await add(red);
    const bound = await keyWith(["gpt-4o-mini"]);
    await expect(add(red, next(), bound)).rejects.toMatchObject(denied);
    await expect(update(bound, id, { targets: [target] })).rejects.toMatchObject(denied);
    const free = await keyWith(null);
    expect(await add(red, next(), free)).toMatchObject({ team_id: red });
    expect(await update(free, id, { targets: [target] })).toMatchObject({ id });
  });

  it("go with their team, and are told of then", async () => {
    const team = await addTeam();
    const { id, name } = await add(team);
    await plane.admin.teams.remove({ params: { id: team } });
    await expect(plane.admin.aliases.get({ params: { id } })).rejects.toMatchObject(missing);
    expect(plane.snapshots.current().teamAliases.has(team)).toBe(false);
    const { data } = await plane.admin.audit.list({ query: { limit: 3 } });
    expect(data.map(({ action, object }) => `${action} ${object?.name}`)).toContain(`alias.removed ${name}`);
  });
});
