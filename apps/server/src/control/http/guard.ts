// Who is calling the admin plane: the admin key, a session, also that of a browser, or the key of a user.

import { GhostError } from "@ghostllm/contract";
import type { Permission } from "@ghostllm/contract";
import type { FastifyRequest } from "fastify";
import type { Caller } from "#control/resources/resource.ts";
import type { Actor } from "#domain/access/actor.ts";
import { reach, reachesNothing } from "#domain/access/may.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import { readSessionCookie, refuseOtherPages } from "./browser-session.ts";
import type { Identify } from "./identify.ts";

export interface Guard {
  /** Rejects with `invalid_api_key`. */
  identify(request: FastifyRequest): Promise<Actor>;
  /** How far his permission reaches. Throws `permission_denied`; `isOfSetUp`: also for who has to set up a second factor. */
  permit(actor: Actor, permission: Permission, isOfSetUp?: boolean): Caller;
}

export function createGuard(deps: Identify, addresses: ClientAddresses): Guard {
  return {
    async identify(request) {
      const credential = readCredential(request);
      if (credential === null) return identifyBrowser(request, deps);
      return deps.identify(credential, addresses.of(request.raw));
    },
    permit(actor, permission, isOfSetUp = false) {
      if (!isOfSetUp) refuseConfined(actor);
      const reached = reach(actor, permission);
      if (!reachesNothing(reached)) return { actor, reach: reached };
      throw new GhostError(
        "permission_denied",
        `This needs the permission ${permission}: admins have it, and whoever has a role with it (docs/permissions.md)`,
      );
    },
  };
}

/** Who has to set up a second factor does nothing before. */
export function refuseConfined({ isConfined }: Actor): void {
  if (isConfined !== true) return;
  throw new GhostError(
    "second_factor_setup_required",
    "A second factor is asked of you: set one up, in the console or by /admin/second-factor; who has one signs in with it",
  );
}

/** Has somebody tried to say who he is? */
export function hasCredential(request: FastifyRequest): boolean {
  return readCredential(request) !== null || readSessionCookie(request.headers) !== null;
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
