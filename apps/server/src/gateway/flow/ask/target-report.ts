import type { GatewayReport } from "#domain/target-report.ts";
import type { GatewayDeps } from "#gateway/deps.ts";

type ReportDeps = Pick<
  GatewayDeps,
  "targetHealth" | "targetWork" | "targetRoom" | "runningCalls" | "waitingRoom" | "clock"
>;

/** What this gateway knows of targets at the moment. */
export function reportTargets(deps: ReportDeps): GatewayReport {
  const now = deps.clock.monotonic();
  return {
    standings: deps.targetHealth.standings(now),
    paces: deps.targetWork.paces(now),
    left: deps.targetRoom.left(now),
    running: deps.runningCalls.byTarget(),
    queues: deps.waitingRoom.report(now),
  };
}
