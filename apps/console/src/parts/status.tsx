import type { ReactNode } from "react";

/** How it is: never told by its colour alone, so a word comes with every dot. */
export type Tone = "good" | "warn" | "bad" | "info" | "off";

const dots: Readonly<Record<Tone, string>> = {
  good: "bg-good",
  warn: "bg-warn",
  bad: "bg-bad",
  info: "bg-info animate-pulse-dot",
  off: "bg-line-strong",
};

export function Status({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className={`size-1.5 shrink-0 rounded-full ${dots[tone]}`} />
      {children}
    </span>
  );
}

const tags: Readonly<Record<Tone, string>> = {
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  off: "bg-sunken text-muted",
};

export function Tag({ tone = "off", children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return <span className={`rounded-[4px] px-1.5 py-px text-xs whitespace-nowrap ${tags[tone]}`}>{children}</span>;
}
