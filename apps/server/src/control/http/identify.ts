// Whom a credential belongs to: the admin key, a session, or the key of a user.

import { GhostError } from "@ghostllm/contract";
import { hashKey } from "#control/resources/key-material.ts";
import type { Sessions } from "#control/sessions/sessions.ts";
import type { Store } from "#control/store/store.ts";
import { actorOf, adminKeyActor } from "#domain/access/actor.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { SteadyTime } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";
import { SecretSet } from "#domain/secret-set.ts";
import type { Snapshot } from "#domain/snapshot.ts";

export interface IdentifyDependencies {
  readonly store: Pick<Store, "users">;
  readonly sessions: Sessions;
  readonly adminKeys: readonly Secret[];
  readonly snapshot: () => Snapshot;
  readonly steadyTime: SteadyTime;
}

/** Both reject with `invalid_api_key`. */
export interface Identify {
  /** What programs send. */
  identify(credential: string): Promise<Actor>;
  /** What browsers have in their cookie. */
  identifySession(token: string): Promise<Actor>;
}

export function createIdentify(deps: IdentifyDependencies): Identify {
  const adminKeys = new SecretSet(deps.adminKeys);
  return {
    identify: (credential) => identifyActor(credential, adminKeys, deps),
    async identifySession(token) {
      const verified = await deps.sessions.verify(token);
      if (verified === null) throw new GhostError("invalid_api_key", "The session has ended: sign in again");
      return actorOf(verified.user, verified.session);
    },
  };
}

async function identifyActor(credential: string, adminKeys: SecretSet, deps: IdentifyDependencies): Promise<Actor> {
  if (adminKeys.has(credential)) return adminKeyActor;
  if (credential.startsWith("gk-")) return identifyKey(credential, deps);
  const verified = await deps.sessions.verify(credential);
  if (verified === null)
    throw new GhostError("invalid_api_key", "This is not the admin key, nor a session that is still valid");
  return actorOf(verified.user, verified.session);
}

async function identifyKey(key: string, { store, snapshot, steadyTime }: IdentifyDependencies): Promise<Actor> {
  const principal = snapshot().keys.get(hashKey(key));
  const isExpired = principal !== undefined && principal.expiresAt !== null && principal.expiresAt <= steadyTime.now();
  const user = principal === undefined || isExpired ? undefined : await store.users.find(principal.userId, "all");
  if (user === undefined) throw new GhostError("invalid_api_key", "The key is unknown, revoked or expired");
  return actorOf(user, null);
}
