// What the configuration file declares is changed there alone. Called for each route that changes something, so that none is forgotten:
// whatever lies below the path of such an object is refused, but for what changes nothing that the file says.

import { GhostError } from "@ghostllm/contract";
import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import type { Store } from "#control/store/store.ts";
import type { VersionedObject } from "./object-of-route.ts";

const { providers, teams } = adminRoutes;

/** Tests, and who is in a team: that is said of people. */
const harmless: ReadonlySet<string> = new Set(
  [providers.test, providers.discoverModels, teams.addMember, teams.updateMember, teams.removeMember].map(
    ({ id }) => id,
  ),
);

/** Rejects with GhostError `conflict`. */
export async function refuseDeclared(
  { declared }: Pick<Store, "declared">,
  { id, method }: AdminRoute,
  object: VersionedObject | null,
): Promise<void> {
  if (object === null || method === "GET" || harmless.has(id)) return;
  const place = await declared.placeOf(object.kind, object.id);
  if (place === undefined) return;
  const message = `This ${object.kind} is declared in ${place}: change it in that file, or take it out of the file first`;
  throw new GhostError("conflict", message);
}
