// What the configuration file declares of providers, aliases, teams and keys. Called by compose/control.ts.

import { DeclaredApplier } from "#control/declared/applier.ts";
import type { DeclaredDeps } from "#control/declared/deps.ts";
import { DeclaredKeeper } from "#control/declared/keeper.ts";
import type { InstanceRegistry } from "#control/instances/registry.ts";
import type { Leases } from "#control/leases/leases.ts";
import type { Foundation } from "./foundation.ts";

interface DeclaredParts extends DeclaredDeps {
  readonly foundation: Pick<Foundation, "clock" | "disposer">;
  readonly leases: Leases;
  readonly registry: InstanceRegistry;
}

export function openDeclared({ foundation, leases, registry, ...deps }: DeclaredParts): DeclaredKeeper {
  const { store, log } = deps;
  const { clock, disposer } = foundation;
  const keeper = new DeclaredKeeper({ applier: new DeclaredApplier(deps), store, leases, registry, clock, log });
  disposer.add(() => keeper.close());
  return keeper;
}
