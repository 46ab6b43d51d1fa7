// Who is calling the admin plane: the admin key, a session, also that of a browser, or the key of a user.

import { GhostError } from "@ghostllm/contract";
import type { Permission } from "@ghostllm/contract";
import type { FastifyRequest } from "fastify";
import type { Caller } from "#control/resources/resource.ts";
import type { Actor } from "#domain/access/actor.ts";
import { reach, reachesNothing } from "#domain/access/may.ts";
import { readSessionCookie, refuseOtherPages } from "./browser-session.ts";
import type { Identify } from "./identify.ts";

export type Guard = (request: FastifyRequest, permission: Permission) => Promise<Caller>;

/** Answers who calls and how far his permission reaches. Rejects with `invalid_api_key` or `permission_denied`. */
export function createGuard(deps: Identify): Guard {
  return async (request, permission) => {
    const credential = readCredential(request);
    const actor = await (credential === null ? identifyBrowser(request, deps) : deps.identify(credential));
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

async function identifyBrowser(request: FastifyRequest, { identifySession }: Identify): Promise<Actor> {
  const token = readSessionCookie(request.headers);
  if (token === null)
    throw new GhostError(
      "invalid_api_key",
      "Send the admin key, a session token or an admin's key as `Authorization: Bearer`",
    );
  refuseOtherPages(request);
  return identifySession(token);
}
