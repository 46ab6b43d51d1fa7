// From where a key may be used, and what for. Asked by both planes wherever a key is shown. What it says names what is not allowed, and
// nothing of what is.

import { GhostError } from "@ghostllm/contract";
import type { KeyEndpoint } from "@ghostllm/contract";
import type { Principal } from "#domain/principal.ts";
import { isAmong } from "./address-list.ts";

type Key = Pick<Principal, "publicId" | "permissions">;

/** Throws GhostError `permission_denied`. */
export function checkAddress({ publicId, permissions: { addresses } }: Key, address: string | null): void {
  if (addresses === undefined || addresses === null || isAmong(addresses, address)) return;
  const where = address === null ? "from an address that is not known" : `from ${address}`;
  throw new GhostError("permission_denied", `The API key ${publicId} may not be used ${where}.`);
}

/** Throws GhostError `permission_denied`. */
export function checkEndpoint({ publicId, permissions: { endpoints } }: Key, endpoint: KeyEndpoint): void {
  if (endpoints === undefined || endpoints === null || endpoints.includes(endpoint)) return;
  throw new GhostError("permission_denied", `The API key ${publicId} may not be used for the endpoint ${endpoint}.`);
}
