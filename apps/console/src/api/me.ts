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
}

/** Only below the frame, which shows nothing to who has not signed in. */
export function useCaller(): Caller {
  const { queries } = useApi();
  const { data: me } = useQuery(queries.me);
  if (me === undefined || me === null) throw new Error("Nobody has signed in");
  return callerOf(me);
}

function callerOf(me: Me): Caller {
  return {
    me,
    may: (permission) => me.permissions[permission] !== undefined,
    mayForAll: (permission) => me.permissions[permission] === "all",
  };
}
