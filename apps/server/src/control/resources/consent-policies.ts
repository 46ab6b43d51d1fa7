import { formatUsd } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ConsentPolicyChange, ConsentPolicyRow } from "#control/store/consents/consent-store.ts";
import type { Store } from "#control/store/store.ts";
import type { ConsentConditions, ConsentHolder, ConsentHours } from "#domain/consents/policy.ts";
import { found, invalid, notFound, toNanosOrNull, toTime } from "./fields.ts";
import { byName, pageOf, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiPolicy = RouteAnswer<AdminRoutes["consentPolicies"]["get"]>;
type Given = Parameters<Resource<"consentPolicies">["create"]>[0]["body"];
type GivenChange = Parameters<Resource<"consentPolicies">["update"]>[0]["body"];
type PolicyDeps = Pick<ResourceDependencies, "store" | "inTurn" | "changed">;

const minuteMs = 60_000;

export function createConsentPoliciesResource(deps: PolicyDeps): Resource<"consentPolicies"> {
  const { inTurn, changed } = deps;
  const { policies } = deps.store.consents;
  return {
    list: async ({ query }) =>
      readNamed(
        query,
        byName,
        pageOf(await policies.list(), byName, ({ name }) => [name]),
        toApiPolicy,
      ),

    async create({ body }) {
      const { name, is_active: isActive, valid_minutes: minutes } = body;
      const holder = await toHolder(deps.store, body.applies_to);
      const row = await policies.create({
        ...{
          name,
          isActive,
          holder,
          validMs: minutes * minuteMs,
          conditions: { ...noConditions, ...toConditions(body) },
        },
      });
      await changed();
      return toApiPolicy(row);
    },

    get: async ({ params: { id } }) => toApiPolicy(found(await policies.find(id), "consent policy", id)),

    update: ({ params: { id }, body }) =>
      inTurn(async () => {
        const before = found(await policies.find(id), "consent policy", id);
        const row = await policies.update(id, await toChange(deps.store, before, body));
        await changed();
        return toApiPolicy(found(row, "consent policy", id));
      }),

    async remove({ params: { id } }) {
      if (!(await policies.remove(id))) throw notFound("consent policy", id);
      await changed();
      return { id, deleted: true };
    },
  };
}

type Finder = Pick<Store, "apiKeys" | "users" | "teams">;

async function toHolder(store: Finder, { kind, id }: Given["applies_to"]): Promise<ConsentHolder> {
  if (kind === "everyone" || id === null) return { kind: "everyone" };
  const tables = { key: store.apiKeys, user: store.users, team: store.teams };
  if ((await tables[kind].find(id, "all")) === undefined)
    throw invalid("applies_to.id", `There is no ${kind} with the id ${id}`);
  return { kind, id };
}

async function toChange(store: Finder, before: ConsentPolicyRow, body: GivenChange): Promise<ConsentPolicyChange> {
  const { name, is_active: isActive, valid_minutes: minutes, applies_to: holder } = body;
  return {
    conditions: { ...before.conditions, ...toConditions(body) },
    ...(name !== undefined && { name }),
    ...(isActive !== undefined && { isActive }),
    ...(minutes !== undefined && { validMs: minutes * minuteMs }),
    ...(holder !== undefined && { holder: await toHolder(store, holder) }),
  };
}

const noConditions: ConsentConditions = { models: null, aboveNanos: null, classes: null, hours: null };

function toConditions(body: GivenChange): Partial<ConsentConditions> {
  const { models, above_usd: above, privacy_classes: classes, hours } = body;
  return {
    ...(models !== undefined && { models }),
    ...(above !== undefined && { aboveNanos: toNanosOrNull(above) }),
    ...(classes !== undefined && { classes }),
    ...(hours !== undefined && { hours: hours === null ? null : toHours(hours) }),
  };
}

function toHours({ time_zone: timeZone, weekdays, from, to, outside }: NonNullable<Given["hours"]>): ConsentHours {
  const days = [...new Set(weekdays)].toSorted((left, right) => left - right);
  return { timeZone, weekdays: days, from: toMinute(from), to: toMinute(to), isOutside: outside };
}

function toMinute(text: string): number {
  const [hour = 0, minute = 0] = text.split(":").map(Number);
  return hour * 60 + minute;
}

function toText(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

function toApiPolicy({ conditions, holder, ...row }: ConsentPolicyRow): ApiPolicy {
  const { models, aboveNanos, classes, hours } = conditions;
  return {
    ...{ id: row.id, name: row.name },
    applies_to: { kind: holder.kind, id: holder.kind === "everyone" ? null : holder.id },
    models: models === null ? null : [...models],
    above_usd: aboveNanos === null ? null : formatUsd(aboveNanos),
    privacy_classes: classes === null ? null : [...classes],
    hours: hours === null ? null : toApiHours(hours),
    valid_minutes: row.validMs / minuteMs,
    ...{ is_active: row.isActive, created_at: toTime(row.createdAt), updated_at: toTime(row.updatedAt) },
  };
}

function toApiHours({ timeZone, weekdays, from, to, isOutside }: ConsentHours): NonNullable<ApiPolicy["hours"]> {
  return {
    ...{ time_zone: timeZone, weekdays: [...weekdays], from: toText(from), to: toText(to) },
    outside: isOutside,
  };
}
