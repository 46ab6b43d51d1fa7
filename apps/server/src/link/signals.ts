// What the processes of a server tell each other. Control sends what operators have done, and whoever works from it listens.
// Invariant: a process may miss a signal while it is away, so what a signal brings about comes about without it too, only later.

import type { Charge } from "#domain/budgets/budget.ts";
import type { Awaitable } from "#domain/clock.ts";
import type { EventDraft } from "#domain/event.ts";
import type { Right } from "#domain/right.ts";
import type { TargetRest, TargetRestored } from "#domain/target-rest.ts";
import type { CachePurge } from "./cache.ts";
import type { ToldMeaning } from "./told-meaning.ts";

export interface ObjectChange {
  /** Such as `keys`. */
  readonly what: string;
  /** Null where it is about all of them. */
  readonly id: string | null;
  /** Whose it is; null for what belongs to no user. */
  readonly userId: string | null;
  /** Of what belongs to a team. */
  readonly teamId?: string | null;
}

const ofAccess: ReadonlySet<string> = new Set(["sessions", "users", "keys", "roles", "teams", "sign-in-methods"]);

/**
 * Whoever follows something may not be who he was. A key is found in the snapshot, which is new when this is told: a right that
 * is withdrawn is told before.
 */
export function mayChangeAccess({ what }: ObjectChange): boolean {
  return ofAccess.has(what);
}

export type Signal =
  /** The store holds what snapshots do not show yet. */
  | { readonly kind: "snapshot_changed" }
  /** Somebody who looks at it may want to look again. Nothing else follows from it. */
  | { readonly kind: "object_changed"; readonly change: ObjectChange }
  /** What runs by this right ends at once, where a new snapshot may take its time. */
  | { readonly kind: "right_withdrawn"; readonly right: Right }
  /** Somebody looks on: for so long gateways tell what is stored nowhere. */
  | { readonly kind: "events_watched"; readonly forMs: number }
  /** What was spent elsewhere and is in the database: in nano-USD, to be counted by whoever counts by himself. */
  | { readonly kind: "spend_added"; readonly charges: readonly Charge[] }
  /** What they tell then. */
  | { readonly kind: "event_happened"; readonly event: EventDraft }
  /** A gateway has seen a target fail so often that nobody should ask it for a while. */
  | { readonly kind: "target_rests"; readonly rest: TargetRest }
  /** The store holds another certificate, or somebody wants one. */
  | { readonly kind: "certificate_changed" }
  /** Answers are forgotten: so are, in every process, the texts that they were asked by. */
  | { readonly kind: "answers_forgotten"; readonly what: CachePurge }
  /** One is kept where all processes find it: they know by what it is asked. */
  | { readonly kind: "answer_kept"; readonly meaning: ToldMeaning }
  /** One that rested is well, or an operator has seen to it. */
  | { readonly kind: "target_restored"; readonly restored: TargetRestored };

export type SignalOf<Kind extends Signal["kind"]> = Extract<Signal, { readonly kind: Kind }>;

export interface Signals {
  /**
   * Resolves when all that listen in this process have done what it asks of them, and rejects as the first that cannot. Other
   * processes are told, and not waited for.
   */
  send(signal: Signal): Promise<void>;
  /** Answers how to stop listening. */
  listen<Kind extends Signal["kind"]>(kind: Kind, listener: (signal: SignalOf<Kind>) => Awaitable<void>): () => void;
}
