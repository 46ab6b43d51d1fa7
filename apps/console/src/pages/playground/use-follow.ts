import { useEffect, useRef } from "react";

const nearPx = 120;

/** Keeps the end of the page in sight while it grows, unless somebody has scrolled away from it. */
export function useFollow(grown: unknown): void {
  const isAtEnd = useRef(true);
  useEffect(() => {
    const look = (): void => {
      const { scrollHeight, clientHeight, scrollTop } = document.documentElement;
      isAtEnd.current = scrollHeight - clientHeight - scrollTop < nearPx;
    };
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, []);
  useEffect(() => {
    if (isAtEnd.current) scrollTo({ top: document.documentElement.scrollHeight });
  }, [grown]);
}
