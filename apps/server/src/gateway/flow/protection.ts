// What a privacy policy does to a request, and what undoes it in the answer. Called by endpoints, for callers who have a policy.

import { GhostError } from "@ghostllm/contract";
import { restoreAnswer } from "@ghostllm/llm";
import type { Dialect } from "@ghostllm/llm";
import { protectBody } from "#domain/privacy/protect.ts";
import type { BodyToProtect, Guard, ProtectedBody, Protection } from "#domain/privacy/protect.ts";
import { Restorer } from "#domain/privacy/restorer.ts";
import type { Principal } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";

export interface ProtectionDeps {
  readonly events: Pick<GatewayDeps["events"], "personalDataFound">;
  readonly liveEvents: Pick<GatewayDeps["liveEvents"], "personalDataRefused">;
}

/** What became of a request that a policy holds for. */
export interface Protected extends Pick<Protection, "found" | "placeholders"> {
  /** Null where nothing stands for anything. */
  readonly restorer: Restorer | null;
}

export interface Caller {
  readonly exchange: Exchange;
  readonly principal: Principal;
}

/** Null: no policy holds for what he asks. */
export function guardOf({ privacy, keyHash }: Pick<Principal, "privacy" | "keyHash">): Guard | null {
  return privacy === null ? null : { policy: privacy, secret: keyHash };
}

/** Throws GhostError `personal_data_refused`. */
export function admitProtected(deps: ProtectionDeps, caller: Caller, protection: Protection): Protected {
  const { found, placeholders, refusal } = protection;
  if (found.length > 0) deps.events.personalDataFound(found);
  if (refusal !== null) {
    deps.liveEvents.personalDataRefused(caller, found);
    throw new GhostError("personal_data_refused", refusal);
  }
  return { found, placeholders, restorer: placeholders.size === 0 ? null : new Restorer(placeholders) };
}

/** Throws as above. */
export function protect(
  deps: ProtectionDeps,
  caller: Caller,
  guard: Guard,
  request: BodyToProtect,
): { readonly body: ProtectedBody["body"]; readonly protection: Protected } {
  const { body, ...protection } = protectBody(guard, request);
  return { body, protection: admitProtected(deps, caller, protection) };
}

interface AnswerForCaller {
  readonly body: Buffer;
  readonly contentType: string;
  readonly dialect: Dialect;
}

/** With the texts that were taken out of the request. */
export function restoreWhole(
  protection: Protected | null,
  { body, contentType, dialect: { client } }: AnswerForCaller,
): Buffer {
  const restorer = protection?.restorer ?? null;
  return restorer === null ? body : restoreAnswer({ body, contentType, texts: client.texts.stream }, restorer);
}
