// The guardrails that hold for one request, and what they have found in it and in its answer: one object for its whole life. Made by run.ts;
// for requests for which none holds it costs the reading of one field. Invariant: what is told of it are names and outcomes, never a text.

import { GhostError } from "@ghostllm/contract";
import type { GuardrailFact, GuardrailOutcome } from "@ghostllm/contract";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import { isAt } from "#domain/guardrails/guardrail.ts";
import type { Hits } from "#domain/guardrails/look.ts";
import type { Principal } from "#domain/principal.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { Downgraded } from "#gateway/flow/downgrade.ts";
import { isNamedBy } from "#gateway/flow/resolve.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";

export type Stage = "input" | "output";

export interface GuardingDeps {
  readonly events: Pick<GatewayDeps["events"], "guardrailActed">;
  readonly liveEvents: Pick<GatewayDeps["liveEvents"], "contentBlocked">;
}

/** What of a call matters. */
interface Guarded {
  readonly exchange: Pick<Exchange, "id" | "path">;
  readonly principal: Principal;
  readonly snapshot: Pick<Snapshot, "guardrails">;
  readonly candidates: Candidates;
  /** `unseen`: nobody here sees what it asks for. */
  readonly work: "none" | "said" | "unseen";
}

interface Said {
  readonly outcome: "allow" | "flag" | "redact" | "block";
  readonly reason: string | null;
}

/** Null: none holds. `downgraded`: to what answers in the place of what was asked for. */
export function guardingOf(deps: GuardingDeps, call: Guarded, downgraded: Downgraded | null): Guarding | null {
  const { snapshot, principal } = call;
  if (snapshot.guardrails.all.length === 0) return null;
  const asked = [call.candidates];
  // By the name that it has itself.
  if (downgraded !== null) asked.push({ ...downgraded.candidates, requested: downgraded.alias });
  const holding = snapshot.guardrails.of(principal).filter(holdsFor(call.work, asked));
  return holding.length === 0 ? null : new Guarding(deps, call, holding);
}

/** Of a list of requests for later nobody knows what it asks for. */
function holdsFor(work: Guarded["work"], asked: readonly Candidates[]): (guardrail: GuardrailPart) => boolean {
  return ({ models }) => models === null || work === "unseen" || asked.some((one) => isNamedBy(models, one));
}

/** May it be led there: does no guardrail hold there that has not been held against it? */
export function isGuardedThere(
  { snapshot, principal, guarding }: Pick<Guarded, "principal" | "snapshot"> & { readonly guarding: Guarding | null },
  candidates: Candidates,
): boolean {
  if (snapshot.guardrails.all.length === 0) return true;
  const there = snapshot.guardrails.of(principal).filter(holdsFor("said", [candidates]));
  return there.every((one) => guarding?.holds(one) === true);
}

export class Guarding {
  readonly #deps: GuardingDeps;
  readonly #call: Guarded;
  readonly #holding: readonly GuardrailPart[];
  readonly #facts: GuardrailFact[] = [];
  #isWithheld = false;
  #isChanged = false;
  /** Who stores the answer has been told what the client is told. */
  isHeard = false;

  constructor(deps: GuardingDeps, call: Guarded, holding: readonly GuardrailPart[]) {
    this.#deps = deps;
    this.#call = call;
    this.#holding = holding;
  }

  at(stage: Stage): readonly GuardrailPart[] {
    return this.#holding.filter((one) => isAt(one, stage));
  }

  holds(guardrail: GuardrailPart): boolean {
    return this.#holding.includes(guardrail);
  }

  /** What has been heard of the answer is not what the client is told. */
  get hidesAnswer(): boolean {
    return this.#isWithheld || (this.#isChanged && !this.isHeard);
  }

  /** For the record; null where none has found anything. */
  get told(): readonly GuardrailFact[] | null {
    return this.#facts.length === 0 ? null : this.#facts;
  }

  /** Names and outcomes; null as above. */
  get header(): Record<string, string> | null {
    if (this.#facts.length === 0) return null;
    const told = this.#facts.map(([name, , outcome]) => `${encodeURIComponent(name)}=${outcome}`);
    return { "x-ghostllm-guardrails": [...new Set(told)].slice(0, mostTold).join(", ") };
  }

  /** The first that blocks, as what the client is told; null where none does. */
  note(stage: Stage, guardrails: readonly GuardrailPart[], hits: Hits): GhostError | null {
    let blocked: GhostError | null = null;
    for (const place of hits) {
      const guardrail = guardrails[place];
      if (guardrail === undefined) continue;
      this.#add(guardrail, stage, guardrail.action);
      if (guardrail.action === "block") blocked ??= this.#block(guardrail, stage);
    }
    return blocked;
  }

  /** What was said by whom it was asked of. It is only noted where the guardrail only flags. */
  noteVerdict(stage: Stage, guardrail: GuardrailPart, { outcome, reason }: Said): GhostError | null {
    if (outcome === "allow") return null;
    const done = guardrail.action === "flag" ? "flag" : outcome;
    this.#add(guardrail, stage, done);
    return done === "block" ? this.#block(guardrail, stage, reason) : null;
  }

  /** It could not be made. */
  fail(stage: Stage, guardrail: GuardrailPart): GhostError | null {
    this.#add(guardrail, stage, guardrail.onFailure === "closed" ? "failed" : "skipped");
    if (guardrail.onFailure === "open") return null;
    const message = `The guardrail '${guardrail.name}' cannot be held against ${whatOf(stage)}, and says that nothing passes then.`;
    return new GhostError("content_blocked", message);
  }

  failAll(stage: Stage, among = this.at(stage)): GhostError | null {
    return among.reduce<GhostError | null>((error, one) => this.fail(stage, one) ?? error, null);
  }

  #add({ name }: GuardrailPart, stage: Stage, outcome: GuardrailOutcome): void {
    if (this.#facts.some(([known, at, came]) => known === name && at === stage && came === outcome)) return;
    if (stage === "output") this.#noteAnswer(outcome);
    if (this.#facts.length < mostTold) this.#facts.push([name, stage, outcome]);
    this.#deps.events.guardrailActed(name, stage, outcome);
  }

  #noteAnswer(outcome: GuardrailOutcome): void {
    if (outcome === "block" || outcome === "failed") this.#isWithheld = true;
    if (outcome === "redact") this.#isChanged = true;
  }

  #block(guardrail: GuardrailPart, stage: Stage, reason: string | null = null): GhostError {
    this.#deps.liveEvents.contentBlocked(this.#call, guardrail, stage);
    const done = stage === "input" ? "refuses this request" : "withholds the answer to this request";
    const because = reason === null ? "." : `: ${reason}`;
    return new GhostError("content_blocked", `The guardrail '${guardrail.name}' ${done}${because}`);
  }
}

/** Of one request. */
const mostTold = 32;

function whatOf(stage: Stage): string {
  return stage === "input" ? "this request" : "the answer to this request";
}
