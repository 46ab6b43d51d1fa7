// What was measured, as a table.

import type { Measured } from "./measure.ts";
import type { Storm } from "./storm.ts";
import type { TrafficSeen } from "./traffic.ts";

export const tableHead = [
  "| route | what | who | first ms | p50 ms | p95 ms | most ms | kB | |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
].join("\n");

export function rowOf({ ask, coldMs, p50Ms, p95Ms, mostMs, kilobytes, isWithin }: Measured): string {
  const times = [coldMs, p50Ms, p95Ms, mostMs].map((ms) => ms.toFixed(0));
  const cells = [ask.route, ask.what, ask.caller, ...times, kilobytes.toFixed(0), isWithin ? "" : "too slow"];
  return `| ${cells.join(" | ")} |`;
}

export function trafficLine(name: string, { requests, errors, p50Ms, p99Ms, mostMs }: TrafficSeen): string {
  const times = [p50Ms, p99Ms, mostMs].map((ms) => ms.toFixed(1)).join(" / ");
  return `${name}: ${requests} requests, ${errors} errors, p50 / p99 / most ${times} ms`;
}

export function stormLines({ calm, stormy, signedIn, sentAway, failed, p50Ms, p95Ms }: Storm): string {
  return [
    trafficLine("gateway, nobody signs in", calm),
    trafficLine("gateway, 50 sign-ins/s", stormy),
    `sign-ins: ${signedIn} done (p50 / p95 ${p50Ms.toFixed(0)} / ${p95Ms.toFixed(0)} ms), ${sentAway} told to come again, ${failed} failed`,
  ].join("\n");
}
