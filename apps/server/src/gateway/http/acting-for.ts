// For whom a request is, where its key may act for others: a program that many people use says so with each of their requests.

import { GhostError } from "@ghostllm/contract";
import type { Principal } from "#domain/principal.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { Exchange } from "./exchange.ts";

/** Each with an e-mail address; the first that is there counts. The second is Open WebUI's (0.12.4). */
const userHeaders = ["x-ghostllm-user", "x-openwebui-user-email"] as const;

/** Throws GhostError `permission_denied` where nobody of that address is known, and the key acts for who is known alone. */
export function actingFor(exchange: Pick<Exchange, "header">, snapshot: Snapshot, principal: Principal): Principal {
  const { actsFor = null } = principal.permissions;
  if (actsFor === null) return principal;
  const email = userHeaders.map((name) => exchange.header(name)?.trim()).find((value) => value);
  if (email === undefined) return principal;
  const named = snapshot.keys.actingFor(principal, email);
  if (named !== undefined) return named;
  if (actsFor === "any") return { ...principal, namedBy: email };
  const message = `There is no active user ${JSON.stringify(email.slice(0, 200))} here, and the key ${principal.publicId} acts for users of GhostLLM alone.`;
  throw new GhostError("permission_denied", message);
}
