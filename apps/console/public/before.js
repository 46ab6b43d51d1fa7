// Runs before the page is painted and before any other script.
"use strict";
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("ghostllm.theme");
  } catch {
    // A browser that keeps nothing for pages: the theme is the system's.
  }
  const isSystemDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const isDark = chosen === "dark" || (chosen !== "light" && isSystemDark);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  // The page's policy allows no code made of text, and zod would report a breach by trying.
  globalThis.__zod_globalConfig = { jitless: true };
}
