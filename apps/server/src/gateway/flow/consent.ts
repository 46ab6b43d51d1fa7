// Requests that a policy of the snapshot holds until somebody agrees. Called by run.ts, with what was admitted and before any vendor is
// asked. Invariant: where no policy holds for the caller, it costs the reading of one field.

import { createHash, createHmac } from "node:crypto";
import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import { GhostError } from "@ghostllm/contract";
import { partsOfForm, tokensOf } from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import { isHeld } from "#domain/consents/policy.ts";
import type { ConsentPolicy } from "#domain/consents/policy.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { ConsentAnswer } from "#link/consents.ts";
import type { Admitted, Run } from "./call.ts";
import { mostItMayCost } from "./reserve.ts";
import type { ReservedFor } from "./reserve.ts";
import { isNamedBy } from "./resolve.ts";
import type { Candidates } from "./resolve.ts";

export type ConsentDeps = Pick<GatewayDeps, "consents" | "clock">;

/** What was granted, to be given back where no vendor is asked. */
export interface Consent {
  readonly id: string;
}

/** By what the request was admitted. */
type Reserved = Omit<ReservedFor, "candidates">;

/** Null where nothing holds it. Throws GhostError `consent_required` or `consent_refused`. */
export function obtainConsent(deps: ConsentDeps, run: Run, reserved: Reserved): Awaitable<Consent | null> {
  const held = whatHolds(deps, run, reserved);
  return held === null ? null : ask(deps, run, held);
}

/** Null: nothing does. */
export function whatHolds(deps: Pick<ConsentDeps, "clock">, run: Admitted, reserved: Reserved): Held | null {
  const policies = run.snapshot.consents.of(run.principal);
  if (policies.length === 0 || run.work === "none") return null;
  const most = costOf(run, reserved);
  const holding = policies.filter(({ conditions }) => isHeld(conditions, factsOf(deps, run, most)));
  return holding.length === 0 ? null : { reserved, holding, costNanos: most() };
}

/** May it be led there: does nothing hold it there that has not held it, and been agreed to, already? */
export function isAgreedTo(deps: Pick<ConsentDeps, "clock">, run: Admitted, candidates: Candidates): boolean {
  const policies = run.snapshot.consents.of(run.principal);
  if (policies.length === 0 || run.work === "none") return true;
  const heldAt = (asked: Admitted): readonly ConsentPolicy[] => {
    const most = costOf({ ...asked, admission: { ...asked.admission, reservedNanos: 0 } }, asked.terms);
    return policies.filter(({ conditions }) => isHeld(conditions, factsOf(deps, asked, most)));
  };
  const agreed = heldAt(run);
  return heldAt({ ...run, candidates }).every((policy) => agreed.includes(policy));
}

function factsOf({ clock }: Pick<ConsentDeps, "clock">, run: Admitted, costNanos: () => number | null) {
  const { candidates, admission, protection, work, snapshot } = run;
  const alias = admission.downgraded?.alias;
  const isNamed = (patterns: readonly string[]): boolean =>
    isNamedBy(patterns, candidates) ||
    (alias !== undefined && isNamedBy(patterns, { ...candidates, requested: alias }));
  const { calendar } = snapshot.consents;
  const found = protection?.found ?? [];
  return { isNamed: work === "unseen" ? null : isNamed, costNanos, found, now: clock.now(), calendar };
}

/** At the most, found once where somebody wants to know it. */
function costOf({ admission, candidates, request, work }: Admitted, reserved: Reserved): () => number | null {
  if (admission.reservedNanos > 0) return () => admission.reservedNanos;
  const tokens = tokensOf(request.operation);
  let known: number | null | undefined;
  return () => {
    if (work === "unseen" || tokens === "untold") return null;
    if (tokens === "none") return 0;
    if (known === undefined) known = boundOf({ ...reserved, candidates });
    return known;
  };
}

function boundOf(input: ReservedFor): number | null {
  try {
    return mostItMayCost(input).costNanos;
  } catch (error) {
    if (error instanceof GhostError) return null;
    throw error;
  }
}

interface Held {
  readonly reserved: Reserved;
  readonly holding: readonly ConsentPolicy[];
  readonly costNanos: number | null;
}

async function ask({ consents }: ConsentDeps, run: Run, { reserved, holding, costNanos }: Held): Promise<Consent> {
  const { exchange, principal, request, candidates, dialect, protection, lifeline } = run;
  const { keyId, userId, teamId } = principal;
  const answer = await consents.ask({
    ...{ requestId: exchange.id, keyId, userId, teamId, costNanos },
    fingerprint: await fingerprintOf(run, reserved.longerContext),
    ...{ model: candidates.requested, operation: request.operation, dialect: dialect.name },
    ...{ promptTokens: request.promptTokensEstimate, found: protection?.found ?? [] },
    policies: holding.map(({ id, name }) => ({ id, name })),
    validMs: Math.min(...holding.map(({ validMs }) => validMs)),
  });
  if (answer.kind !== "granted") throw refusalOf(answer, holding);
  const consent = { id: answer.id };
  if (lifeline.failure === null) return consent;
  await giveBack({ consents }, run, consent);
  throw lifeline.failure;
}

/** Where no vendor was asked, what was granted is granted to the next one that asks the same. */
export async function giveBack({ consents }: Pick<ConsentDeps, "consents">, run: Run, consent: Consent): Promise<void> {
  if (run.trail.target === null) await consents.giveBack(consent.id, run.exchange.id);
}

/**
 * The same for the same request of the same key: what it asks, byte for byte, and how. By the secret of the key, so that nobody finds
 * out by guessing what was asked.
 */
async function fingerprintOf({ exchange, principal, request, dialect, candidates }: Run, longerContext: number) {
  const { body, stream, operation, form } = request;
  // Clients make up a new line between the parts of a form each time.
  const parts = form === undefined ? null : partsOfForm(body, form.contentType);
  const digests: string[] = [];
  for (const part of parts ?? [body]) digests.push(await digestOf(part));
  const asked = [dialect.name, operation, exchange.path, candidates.requested, stream, longerContext, ...digests];
  return createHmac("sha256", principal.keyHash).update(JSON.stringify(asked)).digest("hex");
}

/** Others have their turn meanwhile: it may be long. */
async function digestOf(bytes: Buffer): Promise<string> {
  const sum = createHash("sha256");
  for (let at = 0; at < bytes.length; at += bytesInOneGo) {
    if (at > 0) await yieldToEventLoop();
    sum.update(bytes.subarray(at, at + bytesInOneGo));
  }
  return sum.digest("hex");
}

const bytesInOneGo = 2 ** 20;

type Denied = Exclude<ConsentAnswer, { readonly kind: "granted" }>;

function refusalOf(answer: Denied, holding: readonly ConsentPolicy[]): GhostError {
  const names = holding.map(({ name }) => `'${name}'`).join(", ");
  const by = `the consent polic${holding.length === 1 ? "y" : "ies"} ${names}`;
  switch (answer.kind) {
    case "required": {
      const message = `consent_required: ${by} hold${holding.length === 1 ? "s" : ""} this request until somebody has approved it (consent request ${answer.id}). Then send the same request again: it passes once.`;
      return new GhostError("consent_required", message, { reference: answer.id });
    }
    case "refused": {
      const note = answer.note === "" ? "" : ` They say: ${answer.note}`;
      const message = `consent_refused: this request was refused (consent request ${answer.id}), and is not asked for again before ${new Date(answer.until).toISOString()}.${note}`;
      return new GhostError("consent_refused", message, { reference: answer.id });
    }
    case "too_many":
      return new GhostError(
        "consent_required",
        `consent_required: ${by} hold${holding.length === 1 ? "s" : ""} this request. So many of this key wait for a decision already that it was not noted: send it again when those are decided.`,
      );
    case "unknown":
      return new GhostError("service_unavailable", "GhostLLM cannot look up whether somebody has approved this.", {
        retryAfterSeconds: 5,
      });
  }
}
