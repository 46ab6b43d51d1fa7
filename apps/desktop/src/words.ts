// What is said of a server.

import type { Reach, Standing } from "./commands.ts";

export function wordsOf(reach: Reach): { readonly text: string; readonly look: "good" | "warn" | "bad" | "faint" } {
  switch (reach.state) {
    case "waiting":
      return { text: "not asked yet", look: "faint" };
    case "fine":
      return { text: "all is well", look: "good" };
    case "degraded":
      return { text: `not well: ${reach.why}`, look: "warn" };
    case "away":
      return { text: `away: ${reach.why}`, look: "bad" };
    case "certificate_changed":
      return { text: "refused: its certificate has changed", look: "bad" };
  }
}

/** To the cent; the exact amount is in the console. */
function dollars(usd: string): string {
  const [whole = "0", fraction = ""] = usd.split(".");
  return `$${whole}.${fraction.padEnd(2, "0").slice(0, 2)}`;
}

export function figuresOf(standing: Standing): string {
  const { spent_today_usd: spent, requests_per_minute: requests, version } = standing;
  const parts = [
    spent === null ? null : `${dollars(spent)} today`,
    requests === null ? null : `${requests} ${requests === 1 ? "request" : "requests"} in the last minute`,
    version === null ? null : `version ${version}`,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

export function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
