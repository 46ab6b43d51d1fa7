import type { GatewayReport } from "#domain/target-report.ts";

/** What the gateways of this server know of targets: of all its threads, as soon as there are any. */
export class GatewayReports {
  ask: () => Promise<readonly GatewayReport[]> = async () => [];
}
