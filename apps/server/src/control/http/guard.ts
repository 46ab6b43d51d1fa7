// Who is calling the admin plane: the admin key, a session, or the key of a user.

import { GhostError } from "@ghostllm/contract";
import type { Access } from "@ghostllm/contract/routes";
import type { FastifyRequest } from "fastify";
import { hashKey } from "#control/resources/key-material.ts";
import type { Caller } from "#control/resources/resource.ts";
import type { Sessions } from "#control/sessions/sessions.ts";
import type { Store } from "#control/store/store.ts";
import type { SteadyTime } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";
import { SecretSet } from "#domain/secret-set.ts";
import type { Snapshot } from "#domain/snapshot.ts";

export interface GuardDependencies {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly adminKeys: readonly Secret[];
  readonly snapshot: () => Snapshot;
  readonly steadyTime: SteadyTime;
}

export type Guard = (request: FastifyRequest, access: Exclude<Access, "public">) => Promise<Caller>;

/** Rejects with `invalid_api_key` or `permission_denied`. */
export function createGuard(deps: GuardDependencies): Guard {
  const adminKeys = new SecretSet(deps.adminKeys);
  return async (request, access) => {
    const credential = readCredential(request);
    const caller = await identifyCaller(credential, adminKeys, deps);
    if (access === "admin" && caller.role !== "admin") {
      throw new GhostError(
        "permission_denied",
        "This needs an admin: the admin key, an admin's session, or an admin's key",
      );
    }
    return caller;
  };
}

function readCredential({ headers }: FastifyRequest): string {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const given = bearer ?? headers["x-api-key"];
  if (typeof given === "string" && given !== "") return given;
  throw new GhostError(
    "invalid_api_key",
    "Send the admin key, a session token or an admin's key as `Authorization: Bearer`",
  );
}

async function identifyCaller(credential: string, adminKeys: SecretSet, deps: GuardDependencies): Promise<Caller> {
  if (adminKeys.has(credential)) return { via: "admin_key", role: "admin", user: null };
  if (credential.startsWith("gk-")) return identifyKey(credential, deps);
  const user = await deps.sessions.verify(credential);
  if (user === null)
    throw new GhostError("invalid_api_key", "This is not the admin key, nor a session that is still valid");
  return { via: "session", role: user.role, user };
}

async function identifyKey(key: string, { store, snapshot, steadyTime }: GuardDependencies): Promise<Caller> {
  const principal = snapshot().keys.get(hashKey(key));
  const isExpired = principal !== undefined && principal.expiresAt !== null && principal.expiresAt <= steadyTime.now();
  const user = principal === undefined || isExpired ? undefined : await store.users.find(principal.userId);
  if (user === undefined) throw new GhostError("invalid_api_key", "The key is unknown, revoked or expired");
  return { via: "api_key", role: user.role, user };
}
