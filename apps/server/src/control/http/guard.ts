// Who is calling the admin plane: the admin key, a session, also that of a browser, or the key of a user.

import { GhostError } from "@ghostllm/contract";
import type { Permission } from "@ghostllm/contract";
import type { FastifyRequest } from "fastify";
import { hashKey } from "#control/resources/key-material.ts";
import type { Caller } from "#control/resources/resource.ts";
import type { Sessions } from "#control/sessions/sessions.ts";
import type { Store } from "#control/store/store.ts";
import { actorOf, adminKeyActor } from "#domain/access/actor.ts";
import type { Actor } from "#domain/access/actor.ts";
import { reach, reachesNothing } from "#domain/access/may.ts";
import type { SteadyTime } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";
import { SecretSet } from "#domain/secret-set.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import { readSessionCookie, refuseOtherPages } from "./browser-session.ts";

export interface GuardDependencies {
  readonly store: Pick<Store, "users">;
  readonly sessions: Sessions;
  readonly adminKeys: readonly Secret[];
  readonly snapshot: () => Snapshot;
  readonly steadyTime: SteadyTime;
}

export type Guard = (request: FastifyRequest, permission: Permission) => Promise<Caller>;

/** Answers who calls and how far his permission reaches. Rejects with `invalid_api_key` or `permission_denied`. */
export function createGuard(deps: GuardDependencies): Guard {
  const adminKeys = new SecretSet(deps.adminKeys);
  return async (request, permission) => {
    const credential = readCredential(request);
    const actor =
      credential === null ? await identifyBrowser(request, deps) : await identifyActor(credential, adminKeys, deps);
    const reached = reach(actor, permission);
    if (reachesNothing(reached)) {
      throw new GhostError(
        "permission_denied",
        `This needs the permission ${permission}, which admins have: the admin key, an admin's session, or an admin's key`,
      );
    }
    return { actor, reach: reached };
  };
}

/** Null where the caller is none that sends one, but may be a browser. */
function readCredential({ headers }: FastifyRequest): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const given = bearer ?? headers["x-api-key"];
  return typeof given === "string" && given !== "" ? given : null;
}

async function identifyBrowser(request: FastifyRequest, { sessions }: GuardDependencies): Promise<Actor> {
  const token = readSessionCookie(request.headers);
  if (token === null)
    throw new GhostError(
      "invalid_api_key",
      "Send the admin key, a session token or an admin's key as `Authorization: Bearer`",
    );
  refuseOtherPages(request);
  const verified = await sessions.verify(token);
  if (verified === null) throw new GhostError("invalid_api_key", "The session has ended: sign in again");
  return actorOf(verified.user, verified.session);
}

async function identifyActor(credential: string, adminKeys: SecretSet, deps: GuardDependencies): Promise<Actor> {
  if (adminKeys.has(credential)) return adminKeyActor;
  if (credential.startsWith("gk-")) return identifyKey(credential, deps);
  const verified = await deps.sessions.verify(credential);
  if (verified === null)
    throw new GhostError("invalid_api_key", "This is not the admin key, nor a session that is still valid");
  return actorOf(verified.user, verified.session);
}

async function identifyKey(key: string, { store, snapshot, steadyTime }: GuardDependencies): Promise<Actor> {
  const principal = snapshot().keys.get(hashKey(key));
  const isExpired = principal !== undefined && principal.expiresAt !== null && principal.expiresAt <= steadyTime.now();
  const user = principal === undefined || isExpired ? undefined : await store.users.find(principal.userId, "all");
  if (user === undefined) throw new GhostError("invalid_api_key", "The key is unknown, revoked or expired");
  return actorOf(user, null);
}
