import { rounded } from "./expect.ts";
import type { Cell } from "./play.ts";
import type { ReadyClient } from "./stack.ts";

function versionOf({ versions }: ReadyClient): string {
  return Object.values(versions)[0] ?? "";
}

export function describeSdk(ready: ReadyClient, cells: readonly Cell[]): string {
  const wrong = cells.filter(({ faults }) => faults.length > 0).length;
  const verdict = wrong === 0 ? "ok  " : "FAIL";
  return `${verdict} ${ready.client.name} ${versionOf(ready)}: ${cells.length - wrong} of ${cells.length}`;
}

export function describeCell({ scenario, vendor, faults, requests, pauses, vendorRequests }: Cell): string {
  const asked = `${requests} requests (${pauses.map(rounded).join("/")}), ${vendorRequests} of the vendor`;
  return faults.map((fault) => `     ${scenario} <- ${vendor}: ${fault} [${asked}]`).join("\n");
}

export function closingLine(cells: readonly Cell[], skipped: readonly string[], broken: readonly string[]): string {
  const failed = cells.filter(({ faults }) => faults.length > 0).length;
  const rest = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  return `${cells.length - failed} passed, ${failed + broken.length} failed${rest}`;
}
