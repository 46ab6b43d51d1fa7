import { formatUsd, GhostError } from "@ghostllm/contract";
import type { RouteAnswer, AdminRoutes } from "@ghostllm/contract/routes";
import { hashPassword } from "#control/sessions/passwords.ts";
import { readAll } from "#control/snapshot/build-snapshot.ts";
import type { Store, UserChange, UserRow } from "#control/store/store.ts";
import { governs } from "#domain/access/roles.ts";
import { found, mergeLimits, notFound, toApiLimits, toNanosOrNull, toTime, toUsdOrNull, unlimited } from "./fields.ts";
import { readPage } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { createTurns } from "./turns.ts";

type ApiUser = RouteAnswer<AdminRoutes["users"]["get"]>;
type UserUpdate = Parameters<Resource<"users">["update"]>[0]["body"];

export function toApiUser(row: UserRow): ApiUser {
  return {
    id: row.id,
    email: row.email,
    username: row.username,
    role: row.role,
    has_password: row.hasPassword,
    limits: toApiLimits(row.limits),
    budget_usd: toUsdOrNull(row.budgetNanos),
    spent_usd: formatUsd(row.spentNanos),
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

export function createUsersResource({ store, changed, withdraw }: ResourceDependencies): Resource<"users"> {
  const inTurn = createTurns(store);
  return {
    list: ({ query, reach }) => readPage(query, (page) => store.users.list(page, reach), toApiUser),

    async create({ body }) {
      const row = await store.users.create({
        email: body.email,
        username: body.username ?? body.email,
        passwordHash: body.password === undefined ? null : await hashPassword(body.password),
        role: body.role,
        limits: mergeLimits(unlimited, body.limits),
        budgetNanos: toNanosOrNull(body.budget_usd),
      });
      await changed();
      return toApiUser(row);
    },

    get: async ({ params, reach }) => toApiUser(found(await store.users.find(params.id, reach), "user", params.id)),

    update: ({ params, body, reach }) =>
      inTurn(async () => {
        const before = found(await store.users.find(params.id, reach), "user", params.id);
        if (governs(before.role) && !governs(body.role ?? before.role)) await refuseForLastAdmin(store, before);
        const row = await store.users.update(params.id, await toChange(before, body));
        await changed();
        return toApiUser(found(row, "user", params.id));
      }),

    remove: ({ params, reach }) =>
      inTurn(async () => {
        const row = found(await store.users.find(params.id, reach), "user", params.id);
        if (governs(row.role)) await refuseForLastAdmin(store, row);
        if (!(await store.users.remove(params.id))) throw notFound("user", params.id);
        await withdraw({ kind: "user", id: params.id });
        await changed();
        return { id: params.id, deleted: true };
      }),
  };
}

async function toChange(before: UserRow, body: UserUpdate): Promise<UserChange> {
  return {
    ...(body.email !== undefined && { email: body.email }),
    ...(body.username !== undefined && { username: body.username }),
    ...(body.password !== undefined && { passwordHash: await hashPassword(body.password) }),
    ...(body.role !== undefined && { role: body.role }),
    ...(body.limits !== undefined && { limits: mergeLimits(before.limits, body.limits) }),
    ...(body.budget_usd !== undefined && { budgetNanos: toNanosOrNull(body.budget_usd) }),
  };
}

async function refuseForLastAdmin(store: Pick<Store, "users">, admin: UserRow): Promise<void> {
  const users = await readAll((page) => store.users.list(page, "all"));
  if (users.some(({ id, role }) => governs(role) && id !== admin.id)) return;
  throw new GhostError("conflict", `${admin.email} is the last admin: make another user an admin first`);
}
