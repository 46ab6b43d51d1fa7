import type { Tone } from "./status.tsx";

interface MeterProps {
  /** Of a whole that is 1. */
  readonly share: number;
  /** What may still come to it: drawn behind it, hatched. */
  readonly held?: number;
  readonly label: string;
}

const fills: Readonly<Record<"good" | "warn" | "bad", string>> = { good: "bg-accent", warn: "bg-warn", bad: "bg-bad" };

function toneOfShare(share: number): Extract<Tone, "good" | "warn" | "bad"> {
  if (share >= 1) return "bad";
  return share >= 0.8 ? "warn" : "good";
}

/** Hatched in the colour of the fill before it. */
const hatches: typeof fills = {
  good: "text-accent",
  warn: "text-warn",
  bad: "text-bad",
};
const hatch = "bg-[repeating-linear-gradient(135deg,currentColor_0_2px,transparent_2px_4px)]";

export function Meter({ share, held = 0, label }: MeterProps) {
  const percent = Math.min(100, Math.max(0, share * 100));
  const heldPercent = Math.min(100 - percent, Math.max(0, held * 100));
  const tone = toneOfShare(share);
  return (
    <span
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
      className="flex h-[5px] overflow-hidden rounded-[3px] bg-sunken"
    >
      <span className={`h-full ${fills[tone]}`} style={{ width: `${percent}%` }} />
      {heldPercent > 0 && <span className={`h-full ${hatch} ${hatches[tone]}`} style={{ width: `${heldPercent}%` }} />}
    </span>
  );
}
