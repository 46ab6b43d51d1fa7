import { GhostError, newId } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { GuardrailChange, GuardrailRow, NewGuardrail } from "#control/store/guardrails/guardrail-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { includes } from "#domain/access/may.ts";
import { guardrailBinding } from "#control/snapshot/guardrails.ts";
import { newWebhookSecret } from "#domain/webhook-signature.ts";
import type { GuardrailHolder } from "#domain/guardrails/guardrail.ts";
import { found, invalid, notFound, toTime } from "./fields.ts";
import { tryGuardrails } from "./guardrail-trial.ts";
import { refuseAsked, refuseImpossible, refuseSchema, toApiCheck, toCheck } from "./guardrail-checks.ts";
import { byName, pageOf, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiGuardrail = RouteAnswer<AdminRoutes["guardrails"]["get"]>;
type Given = Parameters<Resource<"guardrails">["create"]>[0]["body"];
type GivenChange = Parameters<Resource<"guardrails">["update"]>[0]["body"];
type GuardrailDeps = Pick<
  ResourceDependencies,
  "store" | "inTurn" | "changed" | "encryption" | "egress" | "definitions" | "schemaChecks" | "askGuardrail"
>;

const mostGuardrails = 200;

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
        const { secret, ...guardrail } = await toNew(deps, body, reach);
        const row = await guardrails.create(guardrail);
        await changed();
        return { ...toApiGuardrail(row), secret };
      }),

    try: ({ body, actor, reach }) => tryGuardrails(deps, body, { actor, reach }),

    get: async ({ params: { id }, reach }) => toApiGuardrail(found(await guardrails.find(id, reach), "guardrail", id)),

    update: ({ params: { id }, body, reach }) =>
      inTurn(async () => {
        const before = found(await guardrails.find(id, reach), "guardrail", id);
        const { secret, ...change } = await toChange(deps, before, body, reach);
        refuseImpossible({ ...before, ...change });
        const row = await guardrails.update(id, change, reach);
        await changed();
        return { ...toApiGuardrail(found(row, "guardrail", id)), secret };
      }),

    async remove({ params: { id }, reach }) {
      if (!(await guardrails.remove(id, reach))) throw notFound("guardrail", id);
      await changed();
      return { id, deleted: true };
    },
  };
}

/** What is shown once; null: there is none, or it is the old one. */
interface Shown {
  readonly secret: string | null;
}

async function toNew(deps: GuardrailDeps, body: Given, reach: Reach): Promise<NewGuardrail & Shown> {
  const {
    applies_to: holder,
    check,
    on_failure: onFailure,
    is_active: isActive,
    deadline_ms: deadlineMs,
    ...same
  } = body;
  const id = newId();
  await refuseAsked(deps, toCheck(check), reach);
  await refuseSchema(deps, toCheck(check));
  const guardrail = {
    ...{ ...same, id, onFailure, isActive, check: toCheck(check), deadlineMs },
    holder: await toHolder(deps, holder, reach),
    ...(check.kind === "webhook" ? await newSecret(deps, id) : { secretEncrypted: null, secret: null }),
  };
  refuseImpossible(guardrail);
  return guardrail;
}

async function newSecret({ encryption }: GuardrailDeps, id: string): Promise<Shown & { secretEncrypted: string }> {
  const secret = newWebhookSecret();
  return { secret: secret.reveal(), secretEncrypted: await encryption.seal(secret, guardrailBinding(id)) };
}

async function toChange(
  deps: GuardrailDeps,
  before: GuardrailRow,
  body: GivenChange,
  reach: Reach,
): Promise<GuardrailChange & Shown> {
  const { applies_to: holder, check, on_failure: onFailure, is_active: isActive, deadline_ms: deadlineMs } = body;
  const { new_secret: wantsSecret = false, ...same } = body;
  const checked = check === undefined ? before.check : toCheck(check);
  if (check !== undefined || wantsSecret) await refuseAsked(deps, checked, reach);
  if (check !== undefined) await refuseSchema(deps, checked);
  const isWebhook = checked.kind === "webhook";
  if (wantsSecret && !isWebhook) throw invalid("new_secret", "Only webhooks have a secret");
  const isNew = isWebhook && (wantsSecret || before.secretEncrypted === null);
  const { name, models, stage, action, replacement } = same;
  return {
    ...(isNew ? await newSecret(deps, before.id) : { secret: null }),
    ...(deadlineMs !== undefined && { deadlineMs }),
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
    ...{ on_failure: row.onFailure, deadline_ms: row.deadlineMs, is_active: row.isActive },
    ...{ created_at: toTime(row.createdAt), updated_at: toTime(row.updatedAt) },
  };
}
