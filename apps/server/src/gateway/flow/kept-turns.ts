// What clients drop of a model's thoughts, and its vendor wants back: asked for before a request is written, and kept before the
// end of an answer is told. Invariant: where link does not answer, a model goes on without its thoughts, and nobody loses more.

import type { KeptTurn, KnownTurns } from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import type { GatewayDeps } from "#gateway/deps.ts";

export type TurnsDeps = Pick<GatewayDeps, "turns" | "events">;

const noTurns: KnownTurns = new Map();

export function findTurns(deps: TurnsDeps, userId: string, callNames: readonly string[]): Awaitable<KnownTurns> {
  const { turns, events } = deps;
  const found = turns.find({ kind: "user", id: userId }, callNames);
  if (!(found instanceof Promise)) return found;
  return found.catch((error: unknown) => {
    events.internalError("turns", error);
    return noTurns;
  });
}

export function keepTurn(deps: TurnsDeps, userId: string, turn: KeptTurn): Awaitable<void> {
  const { turns, events } = deps;
  const kept = turns.keep({ kind: "user", id: userId }, turn);
  return kept instanceof Promise ? kept.catch((error: unknown) => events.internalError("turns", error)) : kept;
}
