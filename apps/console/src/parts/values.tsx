// Values as every page shows them, each with what it is exactly on hover.

import { useEffect, useState } from "react";
import { formatAgo, formatMoment } from "#format/time.ts";

/** The present, for times that are told as how long ago they are. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function Time({ at, never = "never" }: { readonly at: string | null; readonly never?: string }) {
  const now = useNow();
  if (at === null) return <span className="text-faint">{never}</span>;
  return (
    <time dateTime={at} title={formatMoment(at)} className="whitespace-nowrap">
      {formatAgo(at, now)}
    </time>
  );
}
