import type { Tone } from "./status.tsx";

interface MeterProps {
  /** Of a whole that is 1. */
  readonly share: number;
  readonly label: string;
}

const fills: Readonly<Record<"good" | "warn" | "bad", string>> = { good: "bg-accent", warn: "bg-warn", bad: "bg-bad" };

function toneOfShare(share: number): Extract<Tone, "good" | "warn" | "bad"> {
  if (share >= 1) return "bad";
  return share >= 0.8 ? "warn" : "good";
}

export function Meter({ share, label }: MeterProps) {
  const percent = Math.min(100, Math.max(0, share * 100));
  return (
    <span
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
      className="block h-[5px] overflow-hidden rounded-[3px] bg-sunken"
    >
      <span className={`block h-full ${fills[toneOfShare(share)]}`} style={{ width: `${percent}%` }} />
    </span>
  );
}
