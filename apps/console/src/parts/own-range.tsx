// A time with a beginning and an end of its own, for whom there is no dragging over a chart.

import { CalendarRange } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { formatSpan } from "#format/time.ts";
import { Button, IconButton } from "./button.tsx";
import type { TimeRange } from "./time-range.ts";

const RangeDialog = lazy(async () => ({ default: (await import("./range-dialog.tsx")).RangeDialog }));

export function OwnRange({ range }: { readonly range: TimeRange }) {
  const [isOpen, setOpen] = useState(false);
  const { from, to } = range.span();
  const label = "Choose a beginning and an end";
  const icon = <CalendarRange aria-hidden className="size-3.5" />;
  const open = (): void => setOpen(true);
  return (
    <>
      {range.name === null ? (
        <Button title={label} className="min-w-0 shrink!" onClick={open}>
          {icon}
          <span className="truncate">{formatSpan(from, to)}</span>
        </Button>
      ) : (
        <IconButton label={label} icon={icon} className="border border-line-strong bg-surface" onClick={open} />
      )}
      {isOpen && (
        <Suspense>
          <RangeDialog range={range} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
