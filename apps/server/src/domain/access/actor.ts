// Who calls the admin API, and how: made once for each request by control/http/guard.ts, and all that handlers get to know.

import type { Grants } from "@ghostllm/contract";
import type { Membership } from "./may.ts";
import type { AuditActor } from "#domain/audit.ts";
import { roles } from "./roles.ts";
import type { Role } from "./roles.ts";

/** What somebody may: by his role, and by the teams he is in. */
export interface Standing {
  readonly userId: string;
  readonly email: string;
  /** To be shown; what may be done is in `grants`. */
  readonly role: Role;
  readonly grants: Grants;
  readonly memberships: readonly Membership[];
}

export interface Actor extends Omit<Standing, "userId" | "email"> {
  readonly via: "admin_key" | "session" | "api_key";
  /** Null for the admin key, which belongs to nobody. */
  readonly userId: string | null;
  /** Null where he has come by a key. */
  readonly session: Session | null;
  /** He has to set up a second factor before he may do anything else. */
  readonly isConfined?: true;
  /** As whom the audit log tells of him. */
  readonly known: AuditActor;
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
  memberships: [],
  session: null,
  known: { kind: "admin_key", id: null, name: "admin key", userId: null },
};

/** Of one that is somebody's. */
interface Key {
  readonly keyId: string;
  readonly publicId: string;
}

export function actorOf(standing: Standing, session: Session): Actor {
  const { userId, email } = standing;
  return { ...standing, via: "session", session, known: { kind: "session", id: userId, name: email, userId } };
}

/** What he may until he has set up a second factor: all else is refused by what he has not, wherever that is asked. */
export function confined(actor: Actor): Actor {
  return { ...actor, grants: { "self.read": "own", "self.update": "own" }, memberships: [], isConfined: true };
}

/** Who has come by a key of his. */
export function actorByKey(standing: Standing, { keyId, publicId }: Key): Actor {
  const { userId, email } = standing;
  const known: AuditActor = { kind: "api_key", id: keyId, name: `${publicId} of ${email}`, userId };
  return { ...standing, via: "api_key", session: null, known };
}
