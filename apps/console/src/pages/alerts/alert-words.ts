import type { Tone } from "#parts/status.tsx";

export const stateWords: Readonly<Record<string, string>> = {
  firing: "firing",
  pending: "not yet for long enough",
  quiet: "quiet",
  unseen: "only Prometheus knows",
};

export const stateTones: Readonly<Record<string, Tone>> = {
  firing: "bad",
  pending: "warn",
  quiet: "good",
  unseen: "off",
};

export function toneOf(severity: string): Tone {
  if (severity === "critical") return "bad";
  return severity === "warning" ? "warn" : "off";
}
