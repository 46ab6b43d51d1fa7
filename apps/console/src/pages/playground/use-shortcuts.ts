import { useEffect } from "react";

interface Shortcuts {
  readonly send: () => void;
  readonly stop: () => void;
}

/** Ctrl Enter or ⌘ Enter, and Escape, wherever the focus is: but where a dialog lies over the page, they are its own. */
export function useShortcuts({ send, stop }: Shortcuts): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector("[role=dialog]") !== null) return;
      const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (!isSend && event.key !== "Escape") return;
      event.preventDefault();
      if (isSend) send();
      else stop();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}
