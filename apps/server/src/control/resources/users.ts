import { formatUsd } from "@ghostllm/contract";
import type { RouteAnswer, AdminRoutes } from "@ghostllm/contract/routes";
import type { Passwords } from "#control/sessions/passwords.ts";
import type { Store, UserChange, UserRow } from "#control/store/store.ts";
import { toApiBudgetTerms, toBudgets } from "./budget-fields.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { found, mergeLimits, notFound, toNanosOrNull, toTime, toUsdOrNull, unlimited } from "./fields.ts";
import type { Actor } from "#domain/access/actor.ts";
import { grantsOfRole, refuseActingAs, refuseMore } from "./handing-on.ts";
import { readNamed } from "./pagination.ts";
import { toApiPrivacy, toPrivacy } from "./privacy.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiUser = RouteAnswer<AdminRoutes["users"]["get"]>;
type UserUpdate = Parameters<Resource<"users">["update"]>[0]["body"];

export function toApiUser(row: UserRow): ApiUser {
  return {
    id: row.id,
    email: row.email,
    username: row.username,
    role: row.role,
    has_password: row.hasPassword,
    is_active: row.isActive,
    limits: toToldLimits(row.limits),
    budget_usd: toUsdOrNull(row.budgetNanos),
    spent_usd: formatUsd(row.spentNanos),
    budgets: row.budgets.map(toApiBudgetTerms),
    privacy: toApiPrivacy(row.privacy),
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

const orders = { name: (row: UserRow) => row.username, email: (row: UserRow) => row.email };

type UserDeps = Pick<ResourceDependencies, "store" | "inTurn" | "changed" | "withdraw" | "steadyTime" | "passwords">;

export function createUsersResource(deps: UserDeps): Resource<"users"> {
  const { store, inTurn, changed, withdraw, steadyTime, passwords } = deps;
  return {
    list: listerOf(store),

    async create({ body, actor }) {
      refuseMore(actor, await grantsOfRole(store, body.role), `The role ${body.role}`);
      const row = await store.users.create({
        email: body.email,
        username: body.username ?? body.email,
        passwordHash: body.password === undefined ? null : await passwords.hash(body.password),
        role: body.role,
        limits: mergeLimits(unlimited, body.limits),
        budgetNanos: toNanosOrNull(body.budget_usd),
        budgets: await toBudgets(body.budgets ?? [], { before: [], store, now: steadyTime.now(), teamId: null }),
        privacy: toPrivacy(body.privacy),
      });
      await changed();
      return toApiUser(row);
    },

    get: async ({ params, reach }) => toApiUser(found(await store.users.find(params.id, reach), "user", params.id)),

    update: ({ params: { id }, body, actor, reach }) =>
      inTurn(async () => {
        const before = found(await store.users.find(id, reach), "user", id);
        await refuseUpdate(deps, actor, before, body);
        const row = await store.users.update(
          id,
          await toChange(before, body, { store, now: steadyTime.now(), passwords }),
          actor.userId,
        );
        if (body.is_active === false) await withdraw({ kind: "user", id });
        await changed();
        return toApiUser(found(row, "user", id));
      }),

    remove: ({ params: { id }, actor, reach }) =>
      inTurn(async () => {
        const row = found(await store.users.find(id, reach), "user", id);
        refuseMore(actor, await grantsOfRole(store, row.role), row.email);
        if (!(await store.users.remove(id))) throw notFound("user", id);
        await withdraw({ kind: "user", id });
        await changed();
        return { id, deleted: true };
      }),
  };
}

function listerOf({ users }: Pick<UserDeps["store"], "users">): Resource<"users">["list"] {
  return ({ query, reach }) => {
    const { role, is_active: isActive } = query;
    const asked = { ...(role !== undefined && { role }), ...(isActive !== undefined && { isActive }) };
    return readNamed(query, orders, (page) => users.list({ ...page, ...asked }, reach), toApiUser);
  };
}

async function refuseUpdate(
  { store }: Pick<UserDeps, "store">,
  actor: Actor,
  before: UserRow,
  { role = before.role, email, password }: UserUpdate,
): Promise<void> {
  refuseMore(actor, await grantsOfRole(store, before.role), before.email);
  // Whoever can sign in as somebody may what he may.
  if (email !== undefined || password !== undefined) await refuseActingAs(store, actor, before.id);
  refuseMore(actor, await grantsOfRole(store, role), `The role ${role}`);
}

interface Known {
  readonly store: Pick<Store, "aliases">;
  readonly now: number;
  readonly passwords: Pick<Passwords, "hash">;
}

async function toChange(before: UserRow, body: UserUpdate, known: Known): Promise<UserChange> {
  return {
    ...(body.budgets !== undefined && {
      budgets: await toBudgets(body.budgets, { before: before.budgets, teamId: null, ...known }),
    }),
    ...(body.email !== undefined && { email: body.email }),
    ...(body.username !== undefined && { username: body.username }),
    ...(body.password !== undefined && { passwordHash: await known.passwords.hash(body.password) }),
    ...(body.role !== undefined && { role: body.role }),
    ...(body.is_active !== undefined && { isActive: body.is_active }),
    ...(body.limits !== undefined && { limits: mergeLimits(before.limits, body.limits) }),
    ...(body.budget_usd !== undefined && { budgetNanos: toNanosOrNull(body.budget_usd) }),
    ...(body.privacy !== undefined && { privacy: toPrivacy(body.privacy) }),
  };
}
