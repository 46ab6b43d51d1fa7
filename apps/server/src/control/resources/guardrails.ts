import { GhostError, newId } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { GuardrailChange, GuardrailRow, NewGuardrail } from "#control/store/guardrails/guardrail-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { includes } from "#domain/access/may.ts";
import type { GuardrailHolder } from "#domain/guardrails/guardrail.ts";
import { found, invalid, notFound, toTime } from "./fields.ts";
import { refuseImpossible, toApiCheck, toCheck } from "./guardrail-checks.ts";
import { byName, pageOf, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiGuardrail = RouteAnswer<AdminRoutes["guardrails"]["get"]>;
type Given = Parameters<Resource<"guardrails">["create"]>[0]["body"];
type GivenChange = Parameters<Resource<"guardrails">["update"]>[0]["body"];
type GuardrailDeps = Pick<ResourceDependencies, "store" | "inTurn" | "changed">;

const mostGuardrails = 200;
/** Of checks that ask nobody it is never used. */
const usualDeadlineMs = 1_000;

export function createGuardrailsResource(deps: GuardrailDeps): Resource<"guardrails"> {
  const { inTurn, changed } = deps;
  const { guardrails } = deps.store;
  return {
    list: async ({ query, reach }) =>
      readNamed(
        query,
        byName,
        pageOf(await guardrails.list(null, reach), byName, ({ name }) => [name]),
        toApiGuardrail,
      ),

    create: ({ body, reach }) =>
      inTurn(async () => {
        if ((await guardrails.list(null, "all")).length >= mostGuardrails)
          throw new GhostError(
            "conflict",
            `There are ${mostGuardrails} guardrails already: delete one that is not needed`,
          );
        const row = await guardrails.create(await toNew(deps, body, reach));
        await changed();
        return toApiGuardrail(row);
      }),

    get: async ({ params: { id }, reach }) => toApiGuardrail(found(await guardrails.find(id, reach), "guardrail", id)),

    update: ({ params: { id }, body, reach }) =>
      inTurn(async () => {
        const before = found(await guardrails.find(id, reach), "guardrail", id);
        const change = await toChange(deps, body, reach);
        refuseImpossible({ ...before, ...change });
        const row = await guardrails.update(id, change, reach);
        await changed();
        return toApiGuardrail(found(row, "guardrail", id));
      }),

    async remove({ params: { id }, reach }) {
      if (!(await guardrails.remove(id, reach))) throw notFound("guardrail", id);
      await changed();
      return { id, deleted: true };
    },
  };
}

async function toNew(deps: GuardrailDeps, body: Given, reach: Reach): Promise<NewGuardrail> {
  const { applies_to: holder, check, on_failure: onFailure, is_active: isActive, ...same } = body;
  const guardrail = {
    ...{ ...same, id: newId(), onFailure, isActive, check: toCheck(check), deadlineMs: usualDeadlineMs },
    ...{ holder: await toHolder(deps, holder, reach), secretEncrypted: null },
  };
  refuseImpossible(guardrail);
  return guardrail;
}

async function toChange(deps: GuardrailDeps, body: GivenChange, reach: Reach): Promise<GuardrailChange> {
  const { applies_to: holder, check, on_failure: onFailure, is_active: isActive, ...same } = body;
  const { name, models, stage, action, replacement } = same;
  return {
    ...(name !== undefined && { name }),
    ...(models !== undefined && { models }),
    ...(stage !== undefined && { stage }),
    ...(action !== undefined && { action }),
    ...(replacement !== undefined && { replacement }),
    ...(onFailure !== undefined && { onFailure }),
    ...(isActive !== undefined && { isActive }),
    ...(check !== undefined && { check: toCheck(check) }),
    ...(holder !== undefined && { holder: await toHolder(deps, holder, reach) }),
  };
}

/** Who reaches his teams says what holds for them, and for nobody else. */
async function toHolder(
  { store }: GuardrailDeps,
  { kind, id }: Given["applies_to"],
  reach: Reach,
): Promise<GuardrailHolder> {
  const isEverybodys = kind === "everyone" || id === null;
  if (reach !== "all" && (isEverybodys || kind !== "team" || !includes(reach, [{ kind, id }])))
    throw new GhostError("permission_denied", "A guardrail of yours holds for a team that you manage: name it");
  if (isEverybodys) return { kind: "everyone" };
  const tables = { key: store.apiKeys, user: store.users, team: store.teams };
  if ((await tables[kind].find(id, "all")) === undefined)
    throw invalid("applies_to.id", `There is no ${kind} with the id ${id}`);
  return { kind, id };
}

function toApiGuardrail(row: GuardrailRow): ApiGuardrail {
  const { id, name, holder, models, stage, check, action, replacement } = row;
  return {
    ...{ id, name, stage, action, replacement, check: toApiCheck(check) },
    applies_to: { kind: holder.kind, id: holder.kind === "everyone" ? null : holder.id },
    models: models === null ? null : [...models],
    ...{ on_failure: row.onFailure, is_active: row.isActive },
    ...{ created_at: toTime(row.createdAt), updated_at: toTime(row.updatedAt) },
  };
}
