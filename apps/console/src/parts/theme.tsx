// Light, dark, or as the system is. What is chosen is kept in the browser; before.js reads it before the page is painted.

import { createContext, useContext, useEffect, useState } from "react";
import type { ReactNode } from "react";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const storageName = "ghostllm.theme";
const systemIsDark = (): MediaQueryList => matchMedia("(prefers-color-scheme: dark)");

function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(storageName);
    return themes.find((theme) => theme === stored) ?? "system";
  } catch {
    return "system";
  }
}

function applyTheme(theme: Theme): void {
  const isDark = theme === "dark" || (theme === "system" && systemIsDark().matches);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
}

interface ThemeChoice {
  readonly theme: Theme;
  choose(theme: Theme): void;
}

const ThemeContext = createContext<ThemeChoice | null>(null);

export function useTheme(): ThemeChoice {
  const choice = useContext(ThemeContext);
  if (choice === null) throw new Error("There is no ThemeProvider above");
  return choice;
}

export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const [theme, setTheme] = useState(storedTheme);
  useEffect(() => {
    applyTheme(theme);
    const system = systemIsDark();
    const follow = (): void => applyTheme(theme);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [theme]);
  const choose = (chosen: Theme): void => {
    // Before anything is drawn anew with it.
    applyTheme(chosen);
    setTheme(chosen);
    try {
      localStorage.setItem(storageName, chosen);
    } catch {
      // It holds for as long as the page is open.
    }
  };
  return <ThemeContext value={{ theme, choose }}>{children}</ThemeContext>;
}
