import type { Target } from "#domain/snapshot.ts";

/** By what a target is known to all who remember something of it. */
export function pathOf({ provider, model }: Pick<Target, "provider" | "model">): string {
  return `${provider.id}/${model}`;
}
