// A table by the keyboard: j and k go from row to row, Enter opens, x selects, and / leads to the filter.

import { useEffect, useRef } from "react";
import type { RefObject } from "react";

interface RowKeys {
  readonly filter?: RefObject<HTMLInputElement | null>;
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly onSelect?: (id: string) => void;
  readonly onOpen: (id: string) => void;
}

/** Somebody writes, or something lies over the page. */
function isElsewhere({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return true;
  if (document.querySelector("[role=dialog], [role=menu]") !== null) return true;
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

/** Null where there are no rows at the moment. */
function step(body: HTMLTableSectionElement | null, by: number): void {
  const rows = [...(body?.rows ?? [])];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

export function useRowKeys(keys: RowKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { filter, body, onSelect, onOpen } = latest.current;
      if (isElsewhere(event)) return;
      const row = document.activeElement instanceof HTMLTableRowElement ? document.activeElement : null;
      const id = row?.dataset["id"];
      if (event.key === "/" && filter !== undefined) filter.current?.focus();
      else if (event.key === "j") step(body.current, 1);
      else if (event.key === "k") step(body.current, -1);
      else if (event.key === "x" && id !== undefined) onSelect?.(id);
      else if (event.key === "Enter" && id !== undefined) onOpen(id);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
