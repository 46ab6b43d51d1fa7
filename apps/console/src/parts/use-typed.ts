import { useEffect, useRef, useState } from "react";

/** What is typed into a field, and given on once somebody pauses. What comes back of it meanwhile undoes none of what was typed since. */
export function useTyped(value: string, give: (typed: string) => void, pauseMs = 200) {
  const [typed, setTyped] = useState(value);
  const given = useRef(value);
  // Back and forward change it, too.
  useEffect(() => {
    if (value !== given.current) setTyped(value);
    given.current = value;
  }, [value]);
  useEffect(() => {
    if (typed === given.current) return undefined;
    const timer = setTimeout(() => {
      given.current = typed;
      give(typed);
    }, pauseMs);
    return () => clearTimeout(timer);
  });
  return [typed, setTyped] as const;
}
