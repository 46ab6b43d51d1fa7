// Which groups have which roles, and are in which teams: of issuers, and of directories that keep groups here.

import { teamRoleNames } from "@ghostllm/contract";
import type { TeamRoleName } from "@ghostllm/contract";

export interface GroupRole {
  readonly group: string;
  readonly role: string;
}

export interface GroupTeam {
  readonly group: string;
  readonly team_id: string;
  readonly role: string;
}

interface GivenTeam extends GroupTeam {
  readonly role: TeamRoleName;
}

/** As the server takes them. */
export function teamsOf(teams: readonly GroupTeam[]): GivenTeam[] {
  return teams.map((one) => ({ ...one, role: teamRoleOf(one.role) }));
}

/** What a newer server calls a role in a team this page cannot send back. */
function teamRoleOf(given: string): TeamRoleName {
  const known = teamRoleNames.find((name) => name === given);
  if (known === undefined) throw new Error(`This page does not know the role ${given} of a team: load it anew.`);
  return known;
}
