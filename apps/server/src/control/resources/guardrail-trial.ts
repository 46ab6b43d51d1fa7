// Guardrails tried with a text: by the code that requests are held to. Nobody else is asked, unless that is wanted. What is tried is kept
// nowhere.

import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { setImmediate } from "node:timers/promises";
import { guardrailBinding } from "#control/snapshot/guardrails.ts";
import { reach, reachesNothing } from "#domain/access/may.ts";
import type { Entitled, Reach } from "#domain/access/may.ts";
import type { Guardrail } from "#domain/guardrails/guardrail.ts";
import { redactedBy, tryAlone } from "#domain/guardrails/try-text.ts";
import type { Trial } from "#domain/guardrails/try-text.ts";
import { openSecretOf } from "#domain/secret.ts";
import { newWebhookSecret } from "#domain/webhook-signature.ts";
import { notFound } from "./fields.ts";
import { refuseAsked, refuseImpossible, refuseSchema, toCheck } from "./guardrail-checks.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type Tried = Parameters<Resource<"guardrails">["try"]>[0]["body"];
type Answer = RouteAnswer<AdminRoutes["guardrails"]["try"]>;

interface Trying {
  /** Null: of a draft. */
  readonly id: string | null;
  readonly guardrail: Guardrail;
  /** Of its webhook; absent: none. */
  readonly secretEncrypted?: string | null;
}

type TrialDeps = Pick<
  ResourceDependencies,
  "store" | "schemaChecks" | "askGuardrail" | "encryption" | "egress" | "definitions"
>;

const mostFound = 100;

interface Asking {
  readonly actor: Entitled;
  readonly reach: Reach;
}

export async function tryGuardrails(deps: TrialDeps, body: Tried, { actor, reach: reached }: Asking): Promise<Answer> {
  // What it takes to look for them is whoever writes patterns' to say.
  if (body.draft !== null && reachesNothing(reach(actor, "guardrails.create")))
    throw new GhostError(
      "permission_denied",
      "It takes the right to create guardrails to try one that is not made yet",
    );
  if (body.ask && reach(actor, "guardrails.update") !== "all")
    throw new GhostError("permission_denied", "It takes the right to change all guardrails to have somebody asked");
  if (body.ask && body.draft !== null) await refuseAsked(deps, toCheck(body.draft.check, "draft.check"), "all");
  const tried: Outcome[] = [];
  for (const trying of await toTry(deps, body, reached)) {
    tried.push({ trying, trial: await tryHere(deps, trying, body) });
    // Of many with many patterns each the event loop is not held for all.
    await setImmediate();
  }
  const redacting = tried.filter(({ trial }) => trial.outcome === "redact").map(({ trying }) => trying.guardrail);
  const text = tried.some(isBlocking) ? null : redactedBy(redacting, body.text);
  const told = body.ask && text !== null ? await askOthers(deps, tried, { ...body, text }) : text;
  return { outcome: told === null ? "blocked" : "passes", text: told, guardrails: tried.map(toApiTrial) };
}

interface Outcome {
  readonly trying: Trying;
  trial: Trial;
}

function isBlocking({ trying: { guardrail }, trial: { outcome } }: Outcome): boolean {
  return outcome === "block" || (outcome === "failed" && guardrail.onFailure === "closed");
}

async function tryHere(
  { schemaChecks }: Pick<TrialDeps, "schemaChecks">,
  { guardrail }: Trying,
  tried: Tried,
): Promise<Trial> {
  const { check, action, deadlineMs } = guardrail;
  if (check.kind !== "json-schema" || tried.stage !== "output") return tryAlone(guardrail, tried);
  try {
    const fault = await schemaChecks.text({ check, text: tried.text }, deadlineMs);
    return { outcome: fault === null ? "none" : action, found: [] };
  } catch {
    return { outcome: "failed", found: [] };
  }
}

/** One after the other, each about what the one before has left, as of requests. What is passed on; null: nothing. */
async function askOthers(deps: TrialDeps, tried: readonly Outcome[], body: Tried): Promise<string | null> {
  let { text } = body;
  for (const one of tried) {
    if (one.trial.outcome !== "not_asked") continue;
    const { guardrail } = one.trying;
    const verdict = await ask(deps, one.trying, { stage: body.stage, text }).catch(() => null);
    const said = verdict?.outcome ?? "failed";
    const isNoted = guardrail.action === "flag" && said !== "allow" && said !== "failed";
    one.trial = { outcome: isNoted ? "flag" : said === "allow" ? "none" : said, found: [] };
    if (isBlocking(one)) return null;
    if (one.trial.outcome === "redact") text = verdict?.text ?? text;
  }
  return text;
}

async function ask({ encryption, askGuardrail }: TrialDeps, { guardrail, secretEncrypted }: Trying, asked: Asked) {
  // Whoever is asked for a draft cannot know a secret of it yet.
  const sealed = secretEncrypted ?? null;
  const secret = sealed === null ? newWebhookSecret() : await encryption.open(sealed, guardrailBinding(guardrail.id));
  return askGuardrail({ ...guardrail, secret: openSecretOf(secret) }, asked);
}

type Asked = Parameters<ResourceDependencies["askGuardrail"]>[1];

async function toTry(deps: TrialDeps, { draft, guardrail_ids: ids }: Tried, reached: Reach): Promise<Trying[]> {
  const drafts: Trying[] = draft === null ? [] : [{ id: null, guardrail: await toGuardrail(deps, draft) }];
  if (ids === null && draft !== null) return drafts;
  const rows = await deps.store.guardrails.list(ids, reached);
  const missing = ids?.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) throw notFound("guardrail", missing);
  const chosen = ids === null ? rows.filter(({ isActive }) => isActive) : rows;
  return [...chosen.map((row) => ({ id: row.id, guardrail: row, secretEncrypted: row.secretEncrypted })), ...drafts];
}

/** Throws GhostError where it could not be made. */
async function toGuardrail(deps: TrialDeps, { check, ...draft }: NonNullable<Tried["draft"]>): Promise<Guardrail> {
  const guardrail: Guardrail = {
    ...{ ...draft, id: "", holder: { kind: "everyone" }, models: null, check: toCheck(check, "draft.check") },
    ...{ onFailure: "closed", deadlineMs: 1_000 },
  };
  refuseImpossible(guardrail, "draft.action");
  await refuseSchema(deps, guardrail.check, "draft.check");
  return guardrail;
}

function toApiTrial({ trying: { id, guardrail }, trial }: { readonly trying: Trying; readonly trial: Trial }) {
  const { name, check, action } = guardrail;
  const found = trial.found.slice(0, mostFound).map(({ start, end }) => ({ start, end }));
  return { ...{ id, name, kind: check.kind, action, outcome: trial.outcome }, found, found_count: trial.found.length };
}
