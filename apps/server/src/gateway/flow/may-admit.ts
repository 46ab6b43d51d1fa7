import { GhostError } from "@ghostllm/contract";
import type { GatewayDeps } from "#gateway/deps.ts";

type Needed = Pick<GatewayDeps, "journal" | "lease" | "clock">;

/** Null where requests may be admitted; otherwise why they may not be now. */
export function reasonNotToAdmit({ journal, lease, clock }: Needed): string | null {
  if (!journal.healthy()) return "unable to record usage";
  return lease.holds(clock.monotonic()) ? null : "not sure to be the only server of its database";
}

/** Throws `service_unavailable`. Asked right before a request is admitted, since its body may have taken long. */
export function checkMayAdmit(deps: Needed): void {
  const reason = reasonNotToAdmit(deps);
  if (reason !== null) throw new GhostError("service_unavailable", `GhostLLM is ${reason}.`, { retryAfterSeconds: 5 });
}
