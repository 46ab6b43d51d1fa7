// Who may look at `/metrics` and `/status`, which tell of providers, models and money: anybody on a server that only its own
// machine reaches, else whoever has the token for it, an admin key, or an administrator's key.

import { GhostError } from "@ghostllm/contract";
import { checkEndpoint } from "#domain/access/key-use.ts";
import { may } from "#domain/access/may.ts";
import { kindOfAddress } from "#domain/egress/address-kinds.ts";
import type { Secret } from "#domain/secret.ts";
import { SecretSet } from "#domain/secret-set.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "./exchange.ts";
import { identify, readKey } from "./identify.ts";

interface ObserversOptions {
  /** To anybody, to clients on this machine, or to nobody without a secret. */
  readonly openTo: "all" | "this machine" | "nobody";
  readonly secrets: readonly Secret[];
}

export class Observers {
  readonly #openTo: ObserversOptions["openTo"];
  readonly #secrets: SecretSet;

  constructor({ openTo, secrets }: ObserversOptions) {
    this.#openTo = openTo;
    this.#secrets = new SecretSet(secrets);
  }

  /** Throws GhostError `invalid_api_key` or `permission_denied`. */
  check(exchange: Exchange, { snapshots, steadyTime }: Pick<GatewayDeps, "snapshots" | "steadyTime">): void {
    if (this.#openTo === "all" || (this.#openTo === "this machine" && isHere(exchange))) return;
    const given = readKey(exchange);
    if (!given) throw new GhostError("invalid_api_key", needed);
    if (this.#secrets.has(given)) return;
    if (!given.startsWith("gk-")) throw new GhostError("invalid_api_key", needed);
    const principal = identify(exchange, snapshots.current(), steadyTime);
    checkEndpoint(principal, "admin");
    if (may(principal, "status.read")) return;
    throw new GhostError("permission_denied", `The API key ${principal.publicId} is no administrator's.`);
  }
}

/** Who comes through a trusted proxy is where that says. */
function isHere({ ipAddress }: Exchange): boolean {
  return ipAddress !== null && kindOfAddress(ipAddress) === "loopback";
}

const needed = "Send the token of `metrics.token` (GHOSTLLM_METRICS_TOKEN) or an admin key as `Authorization: Bearer`.";
