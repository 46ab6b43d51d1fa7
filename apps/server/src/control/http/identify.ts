// Whom a credential belongs to: the admin key, a session, or the key of a user.

import { GhostError } from "@ghostllm/contract";
import { hashKey } from "#control/resources/key-material.ts";
import type { IssuerSignIn } from "#control/sign-in/issuer-sign-in.ts";
import type { FactorDemand } from "#control/sessions/factor-demand.ts";
import type { Sessions, VerifiedSession } from "#control/sessions/sessions.ts";
import type { Store } from "#control/store/store.ts";
import { actorByKey, actorOf, adminKeyActor, confined } from "#domain/access/actor.ts";
import type { Actor } from "#domain/access/actor.ts";
import { checkAddress, checkEndpoint } from "#domain/access/key-use.ts";
import type { Clock, SteadyTime } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";
import { SecretSet } from "#domain/secret-set.ts";
import type { Snapshot } from "#domain/snapshot.ts";

export interface IdentifyDependencies {
  readonly issuerSignIn: Pick<IssuerSignIn, "refresh">;
  readonly store: Pick<Store, "roles">;
  readonly sessions: Sessions;
  readonly factorDemand: Pick<FactorDemand, "isTooLittle">;
  readonly adminKeys: readonly Secret[];
  readonly snapshot: () => Snapshot;
  readonly clock: Clock;
  readonly steadyTime: SteadyTime;
}

/** Both reject with `invalid_api_key`. */
export interface Identify {
  /** What programs send, and from where; null where that is not known. A key may be refused with `permission_denied`. */
  identify(credential: string, address: string | null): Promise<Actor>;
  /** What browsers have in their cookie. */
  identifySession(token: string): Promise<Actor>;
}

export function createIdentify(deps: IdentifyDependencies): Identify {
  const adminKeys = new SecretSet(deps.adminKeys);
  return {
    identify: (credential, address) => identifyActor({ credential, address }, adminKeys, deps),
    identifySession: (token) => identifyByToken(token, "The session has ended: sign in again", deps),
  };
}

interface Shown {
  readonly credential: string;
  readonly address: string | null;
}

async function identifyActor(shown: Shown, adminKeys: SecretSet, deps: IdentifyDependencies): Promise<Actor> {
  const { credential } = shown;
  if (adminKeys.has(credential)) return adminKeyActor;
  // One that was taken over from elsewhere may look in any way.
  if (credential.startsWith("gk-") || deps.snapshot().keys.has(hashKey(credential))) return identifyKey(shown, deps);
  return identifyByToken(credential, "This is not the admin key, nor a session that is still valid", deps);
}

async function identifyByToken(token: string, refusal: string, deps: IdentifyDependencies): Promise<Actor> {
  const verified = await verifySession(token, deps);
  const standing = verified === null ? undefined : await deps.store.roles.standing(verified.user.id);
  if (verified === null || standing === undefined) throw new GhostError("invalid_api_key", refusal);
  const actor = actorOf(standing, verified.session);
  return deps.factorDemand.isTooLittle(verified.row, standing.grants) ? confined(actor) : actor;
}

/** Where it is time to ask its issuer again, by what the issuer says. */
async function verifySession(token: string, deps: IdentifyDependencies): Promise<VerifiedSession | null> {
  const { sessions, issuerSignIn, clock } = deps;
  const verified = await sessions.verify(token);
  const at = verified?.row.refreshAt ?? null;
  if (verified === null || at === null || at > clock.now()) return verified;
  await issuerSignIn.refresh(verified.row);
  return sessions.verify(token);
}

async function identifyKey(
  { credential, address }: Shown,
  { store, snapshot, steadyTime }: IdentifyDependencies,
): Promise<Actor> {
  const principal = snapshot().keys.get(hashKey(credential));
  const isExpired = principal !== undefined && principal.expiresAt !== null && principal.expiresAt <= steadyTime.now();
  const standing = principal === undefined || isExpired ? undefined : await store.roles.standing(principal.userId);
  if (standing === undefined || principal === undefined)
    throw new GhostError("invalid_api_key", "The key is unknown, revoked or expired");
  checkAddress(principal, address);
  checkEndpoint(principal, "admin");
  return actorByKey(standing, principal);
}
