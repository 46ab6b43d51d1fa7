// Who calls the admin API, and how: made once for each request by control/http/guard.ts, and all that handlers get to know.

import { roles } from "./roles.ts";
import type { Grants, Role } from "./roles.ts";

export interface Actor {
  readonly via: "admin_key" | "session" | "api_key";
  /** Null for the admin key, which belongs to nobody. */
  readonly userId: string | null;
  /** To be shown; what may be done is in `grants`. */
  readonly role: Role;
  readonly grants: Grants;
}

export const adminKeyActor: Actor = { via: "admin_key", userId: null, role: "admin", grants: roles.admin };

export function actorOf(via: "session" | "api_key", { id, role }: { readonly id: string; readonly role: Role }): Actor {
  return { via, userId: id, role, grants: roles[role] };
}
