// Which rows of a long list are in sight: all are of one height, so that it is a matter of counting.

import { useEffect, useState } from "react";
import type { RefObject } from "react";

export interface RowWindow {
  readonly first: number;
  /** Behind the last one. */
  readonly end: number;
}

export const rowHeight = 36;
/** Rows beyond what is in sight, on either side. */
const beyond = 12;

interface ScrolledRows extends RowWindow {
  readonly isAtTop: boolean;
}

/** Behind the end of the list, too: how many rows there are may change while nobody scrolls. */
function rowsInSight({ scrollTop, clientHeight }: HTMLElement): ScrolledRows {
  return {
    first: Math.max(0, Math.floor(scrollTop / rowHeight) - beyond),
    end: Math.ceil((scrollTop + clientHeight) / rowHeight) + beyond,
    isAtTop: scrollTop < rowHeight / 2,
  };
}

export function useRowWindow(container: RefObject<HTMLElement | null>): ScrolledRows {
  const [seen, setSeen] = useState({ first: 0, end: 40, isAtTop: true });
  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const look = (): void => {
      const next = rowsInSight(element);
      setSeen((before) => (isNear(before, next) ? before : next));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [container]);
  return seen;
}

/** A few rows more or less are no reason to draw: that is what those beyond are for. */
function isNear(before: ScrolledRows, next: ScrolledRows): boolean {
  const isFew = Math.abs(before.first - next.first) < beyond / 2 && Math.abs(before.end - next.end) < beyond / 2;
  return isFew && before.isAtTop === next.isAtTop;
}
