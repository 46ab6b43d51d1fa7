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
  /** Null where he has come by a key. */
  readonly session: Session | null;
}

export interface Session {
  readonly id: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export const adminKeyActor: Actor = {
  via: "admin_key",
  userId: null,
  role: "admin",
  grants: roles.admin,
  session: null,
};

interface User {
  readonly id: string;
  readonly role: Role;
}

/** By a key of his own, where there is no session. */
export function actorOf({ id, role }: User, session: Session | null): Actor {
  return { via: session === null ? "api_key" : "session", userId: id, role, grants: roles[role], session };
}
