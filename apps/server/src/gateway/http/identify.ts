import { hash } from "node:crypto";
import { GhostError } from "@ghostllm/contract";
import { checkAddress } from "#domain/access/key-use.ts";
import type { SteadyTime } from "#domain/clock.ts";
import type { Principal } from "#domain/principal.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Finds out from the headers alone who is calling. Throws GhostError `invalid_api_key`, and `permission_denied` for a key that may not
 * be used from there.
 */
export function identify(exchange: Exchange, snapshot: Snapshot, steadyTime: SteadyTime): Principal {
  const key = readKey(exchange);
  if (key === undefined || key === "") {
    throw new GhostError("invalid_api_key", "No API key. Send a GhostLLM key as `Authorization: Bearer gk-...`.");
  }
  const keyHash = hash("sha256", key);
  const principal = snapshot.keys.get(keyHash);
  if (principal === undefined) {
    exchange.refusedKeyHash = keyHash;
    throw new GhostError("invalid_api_key", describeUnknown(key));
  }
  if (principal.expiresAt !== null && principal.expiresAt <= steadyTime.now()) {
    exchange.refusedKeyHash = keyHash;
    throw new GhostError("invalid_api_key", `The API key ${principal.publicId} has expired.`);
  }
  if (principal.permissions.addresses) {
    // From now on it is known whose the request is, also where it is refused.
    exchange.held.key = principal.keyId;
    checkAddress(principal, exchange.ipAddress);
  }
  return principal;
}

/** Every header in which the official SDKs send a key. */
export function readKey(exchange: Pick<Exchange, "header">): string | undefined {
  const authorization = exchange.header("authorization");
  const bearer = authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : "";
  // An SDK without a key of its own may send an empty one beside the header that its user has set.
  return bearer || exchange.header("x-api-key") || exchange.header("x-goog-api-key") || exchange.header("api-key");
}

function describeUnknown(key: string): string {
  if (!key.startsWith("gk-")) return "This is not a GhostLLM key: those begin with `gk-`.";
  return `The API key ${key.slice(0, 15)}... is unknown or revoked.`;
}
