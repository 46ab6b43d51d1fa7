// What providers are held to, whoever asks, and aliases that a request is led on to: each attempt is admitted by their limits and budgets,
// beside those of its request, and settled there as soon as it is known what came of it. Called by admit-attempt.ts and finish.ts.
// Invariant: of a request one attempt at most is held, and one that is asked beside it; what is held is settled once.

import { GhostError } from "@ghostllm/contract";
import { ScopeMap } from "#domain/access/scope.ts";
import type { Counted } from "#domain/access/scope.ts";
import { isCharged } from "#domain/budgets/budget.ts";
import type { Charge } from "#domain/budgets/budget.ts";
import type { LimitedScope } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { mostFor, reserve } from "#gateway/flow/admit.ts";
import type { Terms } from "#gateway/flow/admit.ts";
import { toError } from "#gateway/flow/refusal.ts";
import type { Refusal, Settlement } from "#link/counters.ts";
import type { ProviderCosts, ProviderHold } from "#link/pending-answers.ts";

/** Why a provider was passed over. */
export interface PassedOver {
  readonly reason: "provider_limit" | "provider_budget" | "target_limit" | "alias_limit" | "alias_budget";
  /** What the client is told where nobody else can answer. */
  readonly error: GhostError;
  /** Until its limits may admit it; 0: when somebody leaves, Infinity: nobody knows, or never. */
  readonly waitMs: number;
}

interface Held extends ProviderHold {
  readonly reservedNanos: number;
  readonly readsUnseen: boolean;
}

/** What an attempt came to. */
export type CameTo = Pick<Settlement, "tokens" | "costNanos" | "takesAll">;

export const nothing: CameTo = { tokens: 0, costNanos: 0 };

/** A target as if nothing else had been asked for. */
const byItself = { requested: "", strategy: "ordered", isAlias: false, scope: null } as const;

type SettleDeps = Pick<GatewayDeps, "counters" | "events">;

export class ProviderHolds {
  readonly #deps: SettleDeps;
  readonly #terms: Terms;
  #open: Held | null = null;
  /** For the attempt beside the one that is open. */
  #beside: Held | null = null;
  #charges: readonly Charge[] = [];
  #made = 0;

  constructor(deps: SettleDeps, terms: Terms) {
    this.#deps = deps;
    this.#terms = terms;
  }

  /** Null: its provider, and the alias that has led there, admit one more attempt. */
  async admit(target: Target, held: readonly LimitedScope[]): Promise<PassedOver | null> {
    const made = await this.#hold(target, held);
    if (!("reservedNanos" in made)) return made;
    this.#open = made;
    return null;
  }

  /** The same of an attempt beside it. False: it is not admitted, or nobody could say afterwards what it came to. */
  async admitBeside(target: Target, held: readonly LimitedScope[]): Promise<boolean> {
    const made = await this.#hold(target, held);
    if (!("reservedNanos" in made)) return false;
    this.#beside = made;
    if (made.readsUnseen) await this.closeBeside(nothing);
    return !made.readsUnseen;
  }

  async #hold({ provider, ...target }: Target, held: readonly LimitedScope[]): Promise<Held | PassedOver> {
    const { id: requestId, countedScopes } = this.#terms;
    const scopes = countedScopes.of(held);
    const id = `${requestId}.${(this.#made += 1)}`;
    const terms = { ...this.#terms, id, provider: provider.name };
    try {
      const targets = [{ target: { provider, ...target }, weight: 1 }];
      const most = mostFor({ ...terms, candidates: { ...byItself, targets } }, scopes);
      const reservation = await reserve(terms, scopes, most.costNanos);
      if (!reservation.admitted) {
        const { refusal } = reservation;
        const { reason, named } = passedOverFor(refusal, { provider, ...target });
        const error = toError(refusal, most.costNanos, { scopes: held, countedScopes, named });
        return { reason, error, waitMs: waitOf(refusal) };
      }
      return { id, scopes, reservedNanos: most.costNanos, readsUnseen: most.readsUnseen };
    } catch (error) {
      // What it may cost cannot be known.
      if (!(error instanceof GhostError) || error.code !== "permission_denied") throw error;
      return { reason: "provider_budget", error, waitMs: Infinity };
    }
  }

  /** The attempt that is held is over. */
  async close(cameTo: CameTo): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await this.#settle(open, cameTo);
  }

  async closeBeside(cameTo: CameTo): Promise<void> {
    const beside = this.#beside;
    this.#beside = null;
    await this.#settle(beside, cameTo);
  }

  /** Of the two it is the other one that goes on. */
  swap(): void {
    [this.#open, this.#beside] = [this.#beside, this.#open];
  }

  async #settle(hold: Held | null, cameTo: CameTo): Promise<void> {
    if (hold === null) return;
    this.#charges = [...this.#charges, ...(await settleHold(this.#deps, hold, cameTo))];
  }

  /** Of the attempt that goes on; null where its provider has no budget. */
  get held(): { readonly id: string; readonly reservedNanos: number } | null {
    return this.#open;
  }

  get readsUnseen(): boolean {
    return this.#open?.readsUnseen === true;
  }

  /** Whoever finishes the request settles what is left of it. */
  get costs(): ProviderCosts {
    const { id = "", scopes = [] } = this.#open ?? {};
    return { charges: this.#charges, open: this.#open === null ? null : { id, scopes } };
  }
}

/** And what people call whatever has no room. */
function passedOverFor(
  { scope, reason }: Refusal,
  { provider, model, inAlias }: Target,
): { readonly reason: PassedOver["reason"]; readonly named: string } {
  const what = reason === "budget" ? "budget" : "limit";
  if (scope.kind === "alias") return { reason: `alias_${what}`, named: "the alias that it would go on with" };
  if (scope.id === provider.id) return { reason: `provider_${what}`, named: provider.name };
  const named = `${provider.name}/${model}`;
  if (scope.id === inAlias?.id) return { reason: "target_limit", named: `${named} in its alias` };
  return { reason: `provider_${what}`, named };
}

function waitOf({ reason, retryAfterSeconds }: Refusal): number {
  if (reason === "concurrency") return 0;
  return reason === "budget" || retryAfterSeconds === null ? Infinity : retryAfterSeconds * 1_000;
}

/** Answers what was charged. Counters that cannot be reached cost nobody the answer: what is held expires. */
export async function settleHold(
  { counters, events }: SettleDeps,
  { id, scopes }: ProviderHold,
  cameTo: CameTo,
): Promise<readonly Charge[]> {
  const charged = scopes
    .filter(isCharged)
    .map(({ kind, id: scopeId, period }): Counted => ({ kind, id: scopeId, period }));
  try {
    const nanos = await counters.settle({ id, ...cameTo, scopes: charged });
    return charged.map((scope) => ({ scope, nanos }));
  } catch (error) {
    events.internalError("settling", error);
    return [];
  }
}

/** One for each scope; periods of which nothing was spent are left out. */
export function sumOfCharges(charges: readonly Charge[]): readonly Charge[] {
  const sums = new ScopeMap<number>();
  for (const { scope, nanos } of charges) sums.set(scope, (sums.get(scope) ?? 0) + nanos);
  return [...sums].flatMap(([scope, nanos]) => (nanos > 0 || scope.period === undefined ? [{ scope, nanos }] : []));
}
