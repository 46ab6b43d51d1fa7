// Guardrails tried with a text: by the code that requests are held to, and nobody is asked. What is tried is kept nowhere.

import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { setImmediate } from "node:timers/promises";
import type { GuardrailStore } from "#control/store/guardrails/guardrail-store.ts";
import { reach, reachesNothing } from "#domain/access/may.ts";
import type { Entitled, Reach } from "#domain/access/may.ts";
import type { Guardrail } from "#domain/guardrails/guardrail.ts";
import { redactedBy, tryAlone } from "#domain/guardrails/try-text.ts";
import type { Trial } from "#domain/guardrails/try-text.ts";
import { notFound } from "./fields.ts";
import { refuseImpossible, toCheck } from "./guardrail-checks.ts";
import type { Resource } from "./resource.ts";

type Tried = Parameters<Resource<"guardrails">["try"]>[0]["body"];
type Answer = RouteAnswer<AdminRoutes["guardrails"]["try"]>;

interface Trying {
  /** Null: of a draft. */
  readonly id: string | null;
  readonly guardrail: Guardrail;
}

const mostFound = 100;

interface Asking {
  readonly actor: Entitled;
  readonly reach: Reach;
}

export async function tryGuardrails(
  store: GuardrailStore,
  body: Tried,
  { actor, reach: reached }: Asking,
): Promise<Answer> {
  // What it takes to look for them is whoever writes patterns' to say.
  if (body.draft !== null && reachesNothing(reach(actor, "guardrails.create")))
    throw new GhostError(
      "permission_denied",
      "It takes the right to create guardrails to try one that is not made yet",
    );
  const tried: { readonly trying: Trying; readonly trial: Trial }[] = [];
  for (const trying of await toTry(store, body, reached)) {
    tried.push({ trying, trial: tryAlone(trying.guardrail, body) });
    // Of many with many patterns each the event loop is not held for all.
    await setImmediate();
  }
  const isBlocked = tried.some(({ trial }) => trial.outcome === "block");
  const redacting = tried.filter(({ trial }) => trial.outcome === "redact").map(({ trying }) => trying.guardrail);
  const text = isBlocked ? null : redactedBy(redacting, body.text);
  return { outcome: text === null ? "blocked" : "passes", text, guardrails: tried.map(toApiTrial) };
}

async function toTry(store: GuardrailStore, { draft, guardrail_ids: ids }: Tried, reached: Reach): Promise<Trying[]> {
  const drafts: Trying[] = draft === null ? [] : [{ id: null, guardrail: toGuardrail(draft) }];
  if (ids === null && draft !== null) return drafts;
  const rows = await store.list(ids, reached);
  const missing = ids?.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) throw notFound("guardrail", missing);
  const chosen = ids === null ? rows.filter(({ isActive }) => isActive) : rows;
  return [...chosen.map((row) => ({ id: row.id, guardrail: row })), ...drafts];
}

/** Throws GhostError where it could not be made. */
function toGuardrail({ check, ...draft }: NonNullable<Tried["draft"]>): Guardrail {
  const guardrail: Guardrail = {
    ...{ ...draft, id: "", holder: { kind: "everyone" }, models: null, check: toCheck(check, "draft.check") },
    ...{ onFailure: "closed", deadlineMs: 0 },
  };
  refuseImpossible(guardrail, "draft.action");
  return guardrail;
}

function toApiTrial({ trying: { id, guardrail }, trial }: { readonly trying: Trying; readonly trial: Trial }) {
  const { name, check, action } = guardrail;
  const found = trial.found.slice(0, mostFound).map(({ start, end }) => ({ start, end }));
  return { ...{ id, name, kind: check.kind, action, outcome: trial.outcome }, found, found_count: trial.found.length };
}
