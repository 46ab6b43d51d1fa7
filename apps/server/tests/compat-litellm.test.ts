// LiteLLM's admin API over ours: what it does is done by our routes, as whoever has called.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminKey, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;

beforeAll(async () => {
  plane = await startAdminPlane({ answersLiteLlm: true });
});
afterAll(() => plane.close());

type Answer = Record<string, unknown>;

async function call(method: "GET" | "POST", path: string, body?: object, key = adminKey) {
  const response = await plane.request(`/litellm${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

const post = (path: string, body: object, key?: string) => call("POST", path, body, key);
const get = (path: string, key?: string) => call("GET", path, undefined, key);

describe("LiteLLM's admin API", () => {
  it("is not there where nobody has asked for it", async () => {
    const other = await startAdminPlane();
    const response = await other.request("/litellm/key/list", { headers: { authorization: `Bearer ${adminKey}` } });
    expect(response.status).toBe(404);
    await other.close();
  });

  it("makes, shows, changes, blocks and deletes keys, which are keys as all others", async () => {
    const user = await post("/user/new", {
      user_email: "ada@example.com",
      user_role: "internal_user",
      max_budget: 12.5,
    });
    expect(user).toMatchObject({
      status: 200,
      body: { user_email: "ada@example.com", user_role: "internal_user", max_budget: 12.5 },
    });
    const facts = {
      key_alias: "ci",
      user_id: user.body["user_id"],
      models: ["gpt-*"],
      max_budget: 3,
      budget_duration: "30d",
    };
    const made = await post("/key/generate", {
      ...facts,
      rpm_limit: 7,
      duration: "30d",
      metadata: { tags: ["nightly"] },
    });
    expect(made).toMatchObject({
      status: 200,
      body: { key: expect.stringMatching(/^gk-/), max_budget: 3, budget_duration: "30d" },
    });
    const id = String(made.body["token"]);
    const row = await plane.admin.apiKeys.get({ params: { id } });
    expect(row).toMatchObject({
      ...{ name: "ci", tags: ["nightly"], limits: { requests_per_minute: 7 }, permissions: { models: ["gpt-*"] } },
      budgets: [{ period: "month", amount_usd: "3" }],
    });
    const whole = String(made.body["key"]);
    expect((await get(`/key/info?key=${whole}`)).body).toMatchObject({
      key: whole,
      info: { token: id, key_alias: "ci" },
    });
    expect((await post("/key/update", { key: whole, max_budget: 4, models: [] })).body).toMatchObject({
      max_budget: 4,
      models: [],
    });
    expect((await post("/key/block", { key: id })).body).toMatchObject({ blocked: true });
    expect((await plane.admin.apiKeys.get({ params: { id } })).permissions.endpoints).toEqual([]);
    expect((await post("/key/unblock", { key: whole })).body).toMatchObject({ blocked: false });
    expect((await get("/key/list?size=5&return_full_object=true")).body).toMatchObject({
      total_count: 1,
      keys: [{ token: id }],
    });
    expect((await post("/key/delete", { keys: [whole] })).body).toEqual({ deleted_keys: [whole] });
    expect((await plane.admin.apiKeys.get({ params: { id } })).is_active).toBe(false);
  });

  it("takes over a key that is given, by its hash, and finds it by that", async () => {
    const team = (await post("/team/new", { team_alias: "Research", max_budget: 100, tpm_limit: 9000 })).body;
    const made = await post("/key/generate", {
      key: "sk-given-by-somebody",
      key_alias: "given",
      team_id: team["team_id"],
    });
    expect(made).toMatchObject({
      status: 200,
      body: { key: "sk-given-by-somebody", team_id: team["team_id"], user_id: null },
    });
    const info = await get("/key/info?key=sk-given-by-somebody");
    expect(info.body).toMatchObject({ info: { key_alias: "given" } });
    expect((await post("/key/delete", { key_aliases: ["given"] })).body).toEqual({ deleted_keys: ["given"] });
  });

  it("sees to teams and who is in them", async () => {
    const bob = (await post("/user/new", { user_email: "bob@example.com" })).body;
    const members = [{ user_id: bob["user_id"], role: "admin" }];
    const team = (await post("/team/new", { team_alias: "Sales", models: ["gpt-4o"], members_with_roles: members }))
      .body;
    expect(team).toMatchObject({ team_alias: "Sales", models: ["gpt-4o"], members_with_roles: [{ role: "admin" }] });
    const id = String(team["team_id"]);
    await post("/team/member_add", { team_id: id, member: { user_email: "ada@example.com", role: "user" } });
    const info = (await get(`/team/info?team_id=${id}`)).body;
    const shown = (info["team_info"] as { readonly members_with_roles: object[] }).members_with_roles;
    expect(shown).toHaveLength(2);
    expect(shown).toContainEqual(expect.objectContaining({ user_email: "ada@example.com", role: "user" }));
    await post("/team/member_delete", { team_id: id, user_email: "ada@example.com" });
    expect((await post("/team/update", { team_id: id, max_budget: null, rpm_limit: 5 })).body["data"]).toMatchObject({
      rpm_limit: 5,
    });
    expect((await plane.admin.teams.get({ params: { id } })).members).toBe(1);
    expect((await get("/team/list")).body).toHaveLength(2);
    expect((await post("/team/delete", { team_ids: [id] })).body).toBe(1);
  });

  it("answers nobody who may not, and tells the audit log who did what", async () => {
    expect((await post("/key/generate", {}, "gk-nobody")).status).toBe(401);
    const eve = await plane.admin.users.create({ body: { email: "eve@example.com" } });
    const { key } = await plane.admin.apiKeys.create({ body: { name: "eve's", user_id: eve.id } });
    expect((await post("/team/new", { team_alias: "Hers" }, key)).status).toBe(403);
    expect((await get("/user/list", key)).status).toBe(403);
    expect((await get("/key/list", key)).body).toMatchObject({ total_count: 1 });
    const entries = (await plane.admin.audit.list({ query: { action: "team.created" } })).data;
    expect(entries[0]).toMatchObject({ route: "teams.create", actor: { kind: "admin_key" }, outcome: "done" });
  });

  it("refuses what there is no like of here, by its name", async () => {
    const refused = await post("/key/generate", { key_alias: "x", guardrails: ["pii"], model_max_budget: { a: 1 } });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("guardrails, model_max_budget") } },
    });
    const odd = await post("/team/new", { team_alias: "x", max_budget: 1, budget_duration: "13d" });
    expect(odd).toMatchObject({ status: 400, body: { error: { param: "budget_duration" } } });
    expect((await get("/key/info?key=sk-unknown")).status).toBe(404);
  });

  it("tells of models, of what was spent, and of how it is", async () => {
    const provider = await plane.admin.providers.create({
      body: { provider_type: "openai", api_key: "sk-of-the-vendor-1" },
    });
    await plane.admin.models
      .create({ body: { provider_id: provider.id, name: "gpt-4o-mini-own", input_price_usd: "0.15" } })
      .catch(() => null);
    const targets = [{ provider: "openai", model: "gpt-4o-mini" }];
    await plane.admin.aliases.create({ body: { name: "smart", targets } });
    const { data } = (await get("/model/info")).body as { data: { model_name: string; litellm_params: object }[] };
    expect(data.find(({ model_name: name }) => name === "smart")).toMatchObject({
      litellm_params: { model: "openai/gpt-4o-mini" },
    });
    expect((await get("/spend/logs?start_date=2026-01-01")).body).toEqual([]);
    expect((await get("/health/liveliness")).body).toBe("I'm alive!");
    expect((await get("/health/readiness")).body).toMatchObject({ status: "connected" });
    expect((await get("/health")).body).toMatchObject({ unhealthy_count: 0 });
  });
});
