import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
beforeEach(async () => {
  plane = await startAdminPlane();
});
afterEach(() => plane.close());

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

describe("users", () => {
  it("are created with exact amounts and read back", async () => {
    const user = await plane.admin.users.create({
      body: { email: "ada@example.com", budget_usd: "0.1", limits: { requests_per_minute: 60 } },
    });
    expect(user).toMatchObject({
      username: "ada@example.com",
      role: "member",
      has_password: false,
      limits: { requests_per_minute: 60, tokens_per_minute: null, concurrent_requests: null },
      budget_usd: "0.1",
      spent_usd: "0",
    });
    expect(await plane.admin.users.get({ params: { id: user.id } })).toEqual(user);
    expect((await plane.store.users.find(user.id, "all"))?.budgetNanos).toBe(100_000_000);
  });

  it("answers 409 for an e-mail address that is taken, in any spelling", async () => {
    await plane.admin.users.create({ body: { email: "ada@example.com" } });
    await expect(plane.admin.users.create({ body: { email: "ADA@example.com" } })).rejects.toMatchObject({
      status: 409,
      code: "conflict",
    });
  });

  it("changes only what is given, limits included", async () => {
    const user = await plane.admin.users.create({
      body: { email: "ada@example.com", budget_usd: "5", limits: { requests_per_minute: 60, tokens_per_minute: 1000 } },
    });
    const changed = await plane.admin.users.update({
      params: { id: user.id },
      body: { budget_usd: null, limits: { tokens_per_minute: null } },
    });
    expect(changed).toMatchObject({
      email: "ada@example.com",
      budget_usd: null,
      limits: { requests_per_minute: 60, tokens_per_minute: null },
    });
  });

  it("lists page by page, each user once", async () => {
    const emails = Array.from({ length: 7 }, (_, index) => `user${index}@example.com`);
    for (const email of emails) await plane.admin.users.create({ body: { email } });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await plane.admin.users.list({ query: { limit: 3, ...(after !== null && { after }) } });
      expect(page.data.length).toBeLessThanOrEqual(3);
      seen.push(...page.data.map((user) => user.email));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(emails);
  });

  it("keeps the last admin, even when two are removed at once", async () => {
    const first = await plane.admin.users.create({ body: { email: "a@example.com", role: "admin" } });
    const second = await plane.admin.users.create({ body: { email: "b@example.com", role: "admin" } });
    const outcomes = await Promise.allSettled([
      plane.admin.users.remove({ params: { id: first.id } }),
      plane.admin.users.update({ params: { id: second.id }, body: { role: "member" } }),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect((await plane.admin.users.list()).data.filter(({ role }) => role === "admin")).toHaveLength(1);
  });

  it("takes the keys of a deleted user out of force", async () => {
    const user = await plane.admin.users.create({ body: { email: "ada@example.com" } });
    const { key } = await plane.admin.apiKeys.create({ body: { user_id: user.id, name: "laptop" } });
    expect(plane.snapshots.current().keys.has(hashOf(key))).toBe(true);
    expect(await plane.admin.users.remove({ params: { id: user.id } })).toEqual({ id: user.id, deleted: true });
    expect(plane.snapshots.current().keys.has(hashOf(key))).toBe(false);
  });

  it("never answers a password hash", async () => {
    const user = await plane.admin.users.create({ body: { email: "ada@example.com", password: "long enough it is" } });
    const text = await (await plane.request(`/admin/users/${user.id}`)).text();
    expect(text).not.toMatch(/\$2[aby]\$/);
  });
});

describe("API keys", () => {
  async function createUser(): Promise<string> {
    return (await plane.admin.users.create({ body: { email: "ada@example.com", budget_usd: "100" } })).id;
  }

  it("are in force when the answer is there, with the limits of key and user", async () => {
    const userId = await createUser();
    const created = await plane.admin.apiKeys.create({
      body: {
        user_id: userId,
        name: "laptop",
        permissions: { models: ["gpt-4o*"] },
        limits: { concurrent_requests: 4 },
        budget_usd: "12.5",
      },
    });
    expect(created.key).toMatch(/^gk-[0-9a-f]{12}-[0-9a-f]{64}$/);
    expect(created.key.startsWith(`${created.public_id}-`)).toBe(true);
    expect(plane.snapshots.current().keys.get(hashOf(created.key))).toMatchObject({
      keyId: created.id,
      publicId: created.public_id,
      userId,
      permissions: { models: ["gpt-4o*"] },
      scopes: [
        { kind: "key", id: created.id, limits: { concurrentRequests: 4 }, budgetNanos: 12_500_000_000 },
        { kind: "user", id: userId, budgetNanos: 100_000_000_000 },
      ],
    });
  });

  it("shows the key in the first answer only, and stores its hash only", async () => {
    const { key, id } = await plane.admin.apiKeys.create({ body: { user_id: await createUser(), name: "laptop" } });
    const secret = key.split("-")[2] ?? "";
    for (const path of ["/admin/api-keys", `/admin/api-keys/${id}`]) {
      const text = await (await plane.request(path)).text();
      expect(text).not.toContain(secret);
      expect(text).not.toContain(hashOf(key));
    }
    expect(JSON.stringify(await plane.store.apiKeys.find(id, "all"))).not.toContain(secret);
    expect(JSON.stringify(plane.logged)).not.toContain(secret);
  });

  it("are gone from the snapshot when the answer to revoking is there", async () => {
    const { key, id } = await plane.admin.apiKeys.create({ body: { user_id: await createUser(), name: "laptop" } });
    await plane.admin.apiKeys.revoke({ params: { id } });
    expect(plane.snapshots.current().keys.has(hashOf(key))).toBe(false);
    expect(await plane.admin.apiKeys.get({ params: { id } })).toMatchObject({ is_active: false, name: "laptop" });
    await expect(plane.admin.apiKeys.update({ params: { id }, body: { name: "x" } })).rejects.toMatchObject({
      status: 409,
    });
  });

  it("change in force when the answer is there", async () => {
    const { key, id } = await plane.admin.apiKeys.create({ body: { user_id: await createUser(), name: "laptop" } });
    await plane.admin.apiKeys.update({ params: { id }, body: { budget_usd: "1", permissions: { models: [] } } });
    expect(plane.snapshots.current().keys.get(hashOf(key))).toMatchObject({
      permissions: { models: [] },
      scopes: [{ budgetNanos: 1_000_000_000 }, {}],
    });
  });

  it("belongs to the caller when no owner is named", async () => {
    const admin = await plane.admin.users.create({ body: { email: "root@example.com", role: "admin" } });
    const { key } = await plane.admin.apiKeys.create({ body: { user_id: admin.id, name: "first" } });
    expect((await plane.as(key).apiKeys.create({ body: { name: "second" } })).user_id).toBe(admin.id);
    await expect(plane.admin.apiKeys.create({ body: { name: "third" } })).rejects.toMatchObject({
      status: 400,
      param: "user_id",
    });
  });

  it("refuses an owner that does not exist and a time that has passed", async () => {
    const body = { name: "laptop", user_id: "0197a000-0000-7000-8000-000000000000" };
    await expect(plane.admin.apiKeys.create({ body })).rejects.toMatchObject({ status: 400, param: "user_id" });
    const late = { name: "laptop", user_id: await createUser(), expires_at: "2020-01-01" };
    await expect(plane.admin.apiKeys.create({ body: late })).rejects.toMatchObject({
      status: 400,
      param: "expires_at",
    });
  });

  it("are listed by owner", async () => {
    const userId = await createUser();
    const other = await plane.admin.users.create({ body: { email: "bob@example.com" } });
    await plane.admin.apiKeys.create({ body: { user_id: userId, name: "a" } });
    await plane.admin.apiKeys.create({ body: { user_id: other.id, name: "b" } });
    const { data, next } = await plane.admin.apiKeys.list({ query: { user_id: other.id } });
    expect(data.map(({ name }) => name)).toEqual(["b"]);
    expect(next).toBeNull();
  });

  it("all come into force under concurrent creation", async () => {
    const userId = await createUser();
    const created = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const { key } = await plane.admin.apiKeys.create({ body: { user_id: userId, name: `key ${index}` } });
        return plane.snapshots.current().keys.has(hashOf(key));
      }),
    );
    expect(created).toEqual(Array.from({ length: 12 }, () => true));
  });
});
