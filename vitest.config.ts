// What `npm test` runs, and how. Most suites share two processes, into which the sources are loaded once; a suite therefore
// leaves nothing behind: it closes what it opens, and changes nothing that belongs to the process.

import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

/** They take longest, and so begin early: projects run in the order of their names. */
const long = [
  "tests/fuzz/*.test.ts",
  "tests/replay/*.test.ts",
  "apps/server/tests/{replay-openai-chat,store.journal}.test.ts",
];

/** They pull plugs, and take the longest: `npm run test:faults` runs them, and nothing else. */
const faults = ["tests/{faults,pressure}/**/*.test.ts", "tests/tooling/demo.test.ts"];

/** They look at the memory of their own process. */
const alone = ["apps/server/tests/made-up-names.test.ts", "apps/server/tests/request-bodies.test.ts"];

/** They start servers as processes, whose end a suite's own process sees to. */
const processes = ["tests/{compat,e2e,tooling}/**/*.test.ts"];

/** Pages in a real browser: `npm run test:console` runs them, and nothing else. */
const pages = ["tests/console/**/*.test.ts"];

const elsewhere = ["tests/bench/**", "tests/agents/**", "tests/servers/**"];

function project(name: string, settings: object) {
  return { extends: true as const, test: { name, ...settings } };
}

export default defineConfig({
  test: {
    exclude: [...configDefaults.exclude, ...elsewhere],
    pool: "forks",
    // Suites that start servers wait for them most of the time.
    maxWorkers: Math.min(8, availableParallelism() + 1),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // A machine that does other work is slow: what is waited for is only given up much later.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      project("faults", { include: faults }),
      project("console", { include: pages }),
      project("processes", { include: processes, exclude: [...configDefaults.exclude, ...faults] }),
      project("alone", { include: alone }),
      project("long", { include: long, isolate: false }),
      project("shared", {
        include: ["packages/**/*.test.ts", "apps/**/*.test.ts", "tests/**/*.test.ts"],
        exclude: [...configDefaults.exclude, ...elsewhere, ...alone, ...long, ...processes, ...pages, ...faults],
        isolate: false,
      }),
    ],
  },
});
