// What the figures are taken from within a page. Runs before the page's own scripts.
"use strict";
{
  /** The slowest event of each interaction, which is what somebody waited for. */
  const interactions = new Map();
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId > 0) interactions.set(interactionId, Math.max(duration, interactions.get(interactionId) ?? 0));
  }).observe({ type: "event", durationThreshold: 16, buffered: true });

  /** Everything that the dashboard shows is there. */
  const isWhole = () =>
    ["section[aria-label=Figures]", "canvas", "[role=img][aria-label^=Attempts]", "[role=meter]", "tbody tr"].every(
      (part) => document.querySelector(part) !== null,
    );

  const eachFrame = (look) => {
    const next = () => look() !== true && requestAnimationFrame(next);
    requestAnimationFrame(next);
  };

  globalThis.figures = {
    firstPaintMs: () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
    scripts: () =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => name)
        .filter((name) => new URL(name).pathname.endsWith(".js")),
    untilWhole: () =>
      new Promise((resolve) => {
        eachFrame(() => {
          if (!isWhole()) return false;
          resolve(performance.now());
          return true;
        });
      }),
    takeInteractions: () => {
      const durations = [...interactions.values()];
      interactions.clear();
      return durations;
    },
    /** Resolves with the times between frames, when `ms` have passed. */
    frames: (ms) =>
      new Promise((resolve) => {
        const gaps = [];
        const startedAt = performance.now();
        let last = startedAt;
        eachFrame(() => {
          const now = performance.now();
          gaps.push(now - last);
          last = now;
          if (now - startedAt < ms) return false;
          resolve(gaps);
          return true;
        });
      }),
  };
}
