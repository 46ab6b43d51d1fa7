// Who comes to look on: by the same credentials and cookies that open the routes.

import type { IncomingMessage } from "node:http";
import type { Identities } from "#control/live/live-door.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { ClientAddresses } from "#edge/client-addresses.ts";
import { isAskedByOwnPage, readSessionCookie } from "./browser-session.ts";
import { refuseConfined } from "./guard.ts";
import type { Identify } from "./identify.ts";

export function identitiesOf({ identify, identifySession }: Identify, addresses: ClientAddresses): Identities {
  return {
    byCredential: async (credential, request) => unconfined(await identify(credential, addresses.of(request))),
    byCookie(request) {
      const token = readSessionCookie(request.headers);
      return token === null || !isOwnPage(request) ? null : async () => unconfined(await identifySession(token));
    },
    isForeignPage: (request) => isPage(request) && !isOwnPage(request),
  };
}

function unconfined(actor: Actor): Actor {
  refuseConfined(actor);
  return actor;
}

/** Browsers name the page's origin with every WebSocket, and programs have none. */
function isPage({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

/** As strictly as what changes something: a WebSocket is not held back by what else keeps pages apart. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  return isAskedByOwnPage({ method: "POST", headers });
}
