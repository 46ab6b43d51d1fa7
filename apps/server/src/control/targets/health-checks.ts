// Asks providers of which models rest for their list of models, which costs nothing, so that no client's request has to find out that they
// are not there yet. Run by compose, under a lease. Invariant: only what a check has seen to fail is restored by one that goes well: a vendor
// that lists its models well may still refuse to answer by them.

import { probeProvider } from "#control/catalog/probe.ts";
import type { FetchJson } from "#control/catalog/vendor.ts";
import type { Held } from "#control/leases/leased-work.ts";
import type { Clock } from "#domain/clock.ts";
import type { ProviderEntry, Snapshot } from "#domain/snapshot.ts";
import type { TargetStanding } from "#domain/target-report.ts";
import type { RestReason, TargetRest } from "#domain/target-rest.ts";

export interface HealthChecksDeps {
  readonly snapshot: () => Snapshot;
  /** Of all that are known to have failed. */
  readonly standings: () => readonly TargetStanding[];
  readonly fetchJson: FetchJson;
  readonly clock: Clock;
  readonly everyMs: number;
  /** To all gateways, of all instances. */
  readonly rest: (rest: TargetRest) => Promise<void>;
  readonly endRests: (providerId: string) => Promise<void>;
}

/** Of the time between two checks, for which a target rests that one has found not to answer: until the next one is over. */
const restShare = 1.5;

export class HealthChecks {
  readonly #deps: HealthChecksDeps;
  readonly #failing = new Set<string>();

  constructor(deps: HealthChecksDeps) {
    this.#deps = deps;
  }

  /** One after the other, all those of which a listed model does not answer. */
  async look({ signal }: Pick<Held, "signal">): Promise<void> {
    const { standings, snapshot } = this.#deps;
    const resting = standings().filter(({ state }) => state !== "closed");
    for (const provider of snapshot().providers.values()) {
      const own = resting.filter(({ path }) => path.startsWith(`${provider.id}/`));
      if (own.length === 0) this.#failing.delete(provider.id);
      else if (!signal.aborted && provider.definition.modelList !== undefined) await this.#check(provider, own);
    }
  }

  async #check(provider: ProviderEntry, own: readonly TargetStanding[]): Promise<void> {
    const { fetchJson, clock, endRests } = this.#deps;
    const { ok, httpStatus } = await probeProvider({ provider, fetchJson, monotonic: () => clock.monotonic() });
    if (!ok) {
      this.#failing.add(provider.id);
      const reason = httpStatus === 401 || httpStatus === 403 ? "credential" : "failures";
      await Promise.all(own.map((standing) => this.#rest(standing, reason)));
    } else if (this.#failing.delete(provider.id)) await endRests(provider.id);
  }

  /** One that is out of money stays so, whatever its list says. */
  #rest({ path, isListed, operation, reason }: TargetStanding, found: RestReason): Promise<void> {
    const { rest, everyMs } = this.#deps;
    const why = reason === "quota" ? reason : found;
    return rest({ path, isListed, operation, caller: null, restMs: everyMs * restShare, reason: why });
  }
}
