// What the store has for signing in at issuers: the methods, whom issuers know, and what sessions need to ask them again.

import type { GroupRole, GroupTeam } from "#domain/access/group-roles.ts";
import type { Role } from "#domain/access/roles.ts";
import type { NamedPage } from "#control/store/page.ts";

export interface ClaimNames {
  readonly email: string;
  readonly name: string;
  readonly groups: string;
}

export interface SignInMethodRow {
  readonly id: string;
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Envelope-encrypted; null for a public client. */
  readonly clientSecretEncrypted: string | null;
  readonly scopes: readonly string[];
  readonly claims: ClaimNames;
  readonly trustsEmail: boolean;
  readonly provisionDomains: readonly string[];
  readonly groupRoles: readonly GroupRole[];
  readonly groupTeams: readonly GroupTeam[];
  readonly defaultRole: Role;
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewSignInMethod = Omit<SignInMethodRow, "createdAt" | "updatedAt">;
export type SignInMethodChange = Partial<Omit<NewSignInMethod, "id">>;

/** As an issuer knows somebody, for good: addresses change hands. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** By which a session was begun. */
export interface SessionGrant extends Identity {
  readonly sessionId: string;
  readonly methodId: string;
  /** Envelope-encrypted, as is the next. */
  readonly idTokenEncrypted: string;
  /** Null where the issuer gives none. */
  readonly refreshTokenEncrypted: string | null;
}

export interface SignInStore {
  create(method: NewSignInMethod): Promise<SignInMethodRow>;
  list(page: NamedPage): Promise<readonly SignInMethodRow[]>;
  find(id: string): Promise<SignInMethodRow | undefined>;
  /** One that is switched off has no sessions. */
  update(id: string, change: SignInMethodChange): Promise<SignInMethodRow | undefined>;
  /** Ends the sessions that were begun by it. */
  remove(id: string): Promise<boolean>;
  /** The id of the user; undefined where nobody is known so. */
  userOf(identity: Identity): Promise<string | undefined>;
  /** A user has one identity of an issuer: a second rejects with GhostError `conflict`. */
  addIdentity(identity: Identity, userId: string): Promise<void>;
  keepGrant(grant: SessionGrant): Promise<void>;
  grantOf(sessionId: string): Promise<SessionGrant | undefined>;
}
