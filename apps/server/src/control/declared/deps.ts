import type { ResourceDependencies } from "#control/resources/resource.ts";

/** What declared things are made with. */
export type DeclaredDeps = Pick<
  ResourceDependencies,
  | ("store" | "encryption" | "definitions" | "baseUrlOf" | "snapshot" | "steadyTime" | "log")
  | ("changed" | "withdraw" | "endRests")
>;
