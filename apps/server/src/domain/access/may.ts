// The one place where it is decided who may do what. The admin API asks `reach`, and the store finds nothing beyond it; the
// gateway asks `may`.

import type { InstallationPermission, OwnedPermission, Permission } from "@ghostllm/contract";
import type { Grants } from "./roles.ts";
import type { Scope } from "./scope.ts";

/** Whoever asks: an actor of the admin API, or a principal of the gateway. */
export interface Entitled {
  readonly grants: Grants;
  /** Null for the admin key, which belongs to nobody. */
  readonly userId: string | null;
}

/** How far a permission goes: to everything, or to what belongs to one of these scopes. None of them: to nothing. */
export type Reach = "all" | readonly Scope[];

export function reach({ grants, userId }: Entitled, permission: Permission): Reach {
  const granted = grants[permission];
  if (granted === "all") return "all";
  return granted === "own" && userId !== null ? [{ kind: "user", id: userId }] : [];
}

export function reachesNothing(reached: Reach): boolean {
  return reached.length === 0;
}

/** `subject` is all that the thing belongs to: whoever reaches one of these scopes reaches it. */
export function may(who: Entitled, permission: InstallationPermission): boolean;
export function may(who: Entitled, permission: OwnedPermission, subject: readonly Scope[]): boolean;
export function may(who: Entitled, permission: Permission, subject: readonly Scope[] = []): boolean {
  const reached = reach(who, permission);
  return reached === "all" || subject.some((one) => reached.some(({ kind, id }) => one.kind === kind && one.id === id));
}
