// The caller, and what he may do: as the server has computed it, never by the name of his role.

import type { Permission } from "@ghostllm/contract";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "./api.tsx";
import type { Me } from "./queries.ts";

export interface Caller {
  readonly me: Me;
  may(permission: Permission): boolean;
  /** Not only for what is his own. */
  mayForAll(permission: Permission): boolean;
  /** With what is of this team. */
  mayInTeam(permission: Permission, teamId: string): boolean;
  /** With what is of this team, or everybody's, where it is of none. */
  mayOf(permission: Permission, teamId: string | null): boolean;
  /** With what is of this user or of this team. */
  mayWith(permission: Permission, owned: Owned): boolean;
}

interface Owned {
  readonly user_id: string;
  readonly team_id: string | null;
}

/** Only below the frame, which shows nothing to who has not signed in. */
export function useCaller(): Caller {
  const { queries } = useApi();
  const { data: me } = useQuery(queries.me);
  if (me === undefined || me === null) throw new Error("Nobody has signed in");
  return callerOf(me);
}

function callerOf(me: Me): Caller {
  const mayForAll = (permission: Permission): boolean => me.permissions[permission] === "all";
  const mayInTeam = (permission: Permission, teamId: string): boolean =>
    mayForAll(permission) || me.teams.some(({ id, permissions }) => id === teamId && permissions.includes(permission));
  const mayOf = (permission: Permission, teamId: string | null): boolean =>
    teamId === null ? mayForAll(permission) : mayInTeam(permission, teamId);
  return {
    me,
    may: (permission) => me.permissions[permission] !== undefined,
    mayForAll,
    mayInTeam,
    mayOf,
    mayWith: (permission, { user_id: userId, team_id: teamId }) =>
      (me.permissions[permission] === "own" && userId === me.user?.id) || mayOf(permission, teamId),
  };
}
