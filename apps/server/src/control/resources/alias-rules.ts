// What an alias may be called and lead to, and for whom. The gateway asks about the targets of a team's alias anew at each request: what is
// refused here is told to whoever writes it.

import { GhostError } from "@ghostllm/contract";
import type { Store } from "#control/store/store.ts";
import type { TeamRow } from "#control/store/team-store.ts";
import { isPattern, star } from "#domain/alias-patterns.ts";
import { isTargetNamed } from "#domain/allowed-models.ts";
import { includes } from "#domain/access/may.ts";
import type { Reach } from "#domain/access/may.ts";
import { twinOf } from "#domain/model-names.ts";
import type { NamedTarget, Snapshot } from "#domain/snapshot.ts";
import { invalid } from "./fields.ts";

type Team = Pick<TeamRow, "models">;

/** The team that an alias is to be of; null: it is to be everybody's. What is of a team beyond the reach is answered as one that is not there. */
export async function refuseTeam(
  { teams }: Pick<Store, "teams">,
  teamId: string | null,
  reach: Reach,
): Promise<Team | null> {
  if (teamId === null) {
    if (reach === "all") return null;
    const message = "Name the team that the alias is of: everybody's are for whoever may change all of them";
    throw new GhostError("permission_denied", message, { param: "team_id" });
  }
  const isReached = includes(reach, [{ kind: "team", id: teamId }]);
  const team = isReached ? await teams.find(teamId, reach) : undefined;
  if (team === undefined) throw invalid("team_id", `There is no team ${teamId}`);
  return team;
}

/** A provider may go later, and the alias outlives it; but a name that is unknown now is a slip of the pen. */
export async function refuseTargets(
  { providers }: Pick<Store, "providers">,
  targets: readonly NamedTarget[],
  team: Team | null,
): Promise<void> {
  const names = new Set((await providers.list()).map(({ name }) => name));
  for (const [place, { provider, model }] of targets.entries()) {
    if (!names.has(provider)) throw invalid(`targets[${place}].provider`, `There is no provider '${provider}'`);
    const models = team?.models ?? null;
    if (models !== null && !isTargetNamed(models, { provider, model }))
      throw invalid(`targets[${place}].model`, `The team may not use ${provider}/${model}`);
  }
}

/** A star in the name stands for some run of characters, and in a target for the same one. */
export function refuseStars(name: string, targets: readonly NamedTarget[]): void {
  if (countStars(name) > 1) throw invalid("name", "Use one star in the name of an alias");
  for (const [place, { model }] of targets.entries()) {
    if (countStars(model) > 1) throw invalid(`targets[${place}].model`, "Use one star in the model of a target");
    if (isPattern(model) && !isPattern(name))
      throw invalid(
        `targets[${place}].model`,
        "A star stands for what it stands for in the name of the alias, which has none",
      );
  }
}

function countStars(text: string): number {
  return text.split(star).length - 1;
}

/** Keys of a team ask for models by the same names as all others: an alias of it must not answer in the place of one. */
export function refuseModelName(snapshot: Snapshot, name: string): void {
  const { models, providers, prices } = snapshot;
  const isListed = models.has(name) || models.has(twinOf(name) ?? "");
  const isDirect = name.includes("/") && providers.has(name.slice(0, name.indexOf("/")));
  if (!isListed && !isDirect && ![...providers.values()].some((provider) => prices.find(provider, name) !== null))
    return;
  throw new GhostError("conflict", "There is a model of this name, which the team would find no more.", {
    param: "name",
  });
}
