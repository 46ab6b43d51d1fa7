// What a session in real time has cost so far, held against what is reserved for it: an observer of the relay, which looks when a response
// begins and when one is over. Invariant: at all times what has been spent is reserved, and with it the most that a response may cost; more
// is reserved while the budgets have more.

import { GhostError } from "@ghostllm/contract";
import type { SessionTap } from "@ghostllm/llm";
import type { Snapshot, Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { costOfAnother } from "#gateway/flow/finish.ts";
import type { Observer } from "./relay.ts";

interface Hold {
  readonly id: string;
  /** At its beginning, which is what one response may cost. */
  readonly reservedNanos: number;
}

interface SessionMeterInput {
  readonly holds: readonly Hold[];
  readonly snapshot: Snapshot;
  readonly target: Target;
  readonly tap: SessionTap;
}

type SessionMeterDeps = Pick<GatewayDeps, "counters" | "clock" | "limits">;

/** Null where nothing is held to a budget, or what goes on is not to be cut. */
export function sessionMeterOf(deps: SessionMeterDeps, input: SessionMeterInput): Observer | null {
  const holds = input.holds.filter(({ reservedNanos }) => reservedNanos > 0);
  return holds.length === 0 || !deps.limits.cutStreamsOverBudget ? null : new SessionMeter(deps, { ...input, holds });
}

class SessionMeter implements Observer {
  readonly #deps: SessionMeterDeps;
  readonly #input: SessionMeterInput;
  readonly #reserved: number[];
  #seen = 0;

  constructor(deps: SessionMeterDeps, input: SessionMeterInput) {
    this.#deps = deps;
    this.#input = input;
    this.#reserved = input.holds.map(({ reservedNanos }) => reservedNanos);
  }

  review(): Promise<GhostError | null> | null {
    const { changes } = this.#input.tap.session;
    if (changes === this.#seen) return null;
    this.#seen = changes;
    return this.#look();
  }

  async #look(): Promise<GhostError | null> {
    const { holds, snapshot, target, tap } = this.#input;
    const cost = costOfAnother(snapshot, target, tap.session.told, this.#deps.clock.now());
    if (cost === null) return unpriced();
    const atOnce = Math.max(1, tap.session.running);
    for (const [place, { id, reservedNanos }] of holds.entries()) {
      const [needed, reserved] = [cost + atOnce * reservedNanos, this.#reserved[place] ?? 0];
      if (reserved >= needed) continue;
      const more = await this.#deps.counters.extend({ id, costNanos: needed - reserved });
      this.#reserved[place] = reserved + more;
      if (reserved + more < needed) return usedUp();
    }
    return null;
  }
}

function usedUp(): GhostError {
  const message =
    "The budget is used up: what is left of it has no room for another response of this session. Ask an operator to raise it.";
  return new GhostError("insufficient_quota", message);
}

function unpriced(): GhostError {
  const message =
    "This session uses what has no known price, such as transcripts of a model without one, and a key with a budget may not. An operator can set prices.";
  return new GhostError("permission_denied", message);
}
