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

/** They pull plugs or go by the clock, and take the longest: `npm run test:faults` runs them, and nothing else. */
const faults = ["tests/{bench,faults,pressure}/**/*.test.ts", "tests/tooling/demo.test.ts"];

/** They look at the memory of their own process. */
const alone = ["apps/server/tests/{made-up-names,request-bodies,workers}.test.ts"];

/** They start servers as processes, whose end a suite's own process sees to. */
const processes = ["tests/{compat,e2e,tooling}/**/*.test.ts"];

/** Pages in a real browser: `npm run test:console` runs them, and nothing else. */
const pages = ["tests/console/**/*.test.ts"];

/** Several servers over one Redis and one PostgreSQL: `npm run test:machines` runs them, and nothing else. */
const machines = ["tests/machines/**/*.test.ts"];

/** A database or Redis is away for a minute, vendors fail, clients mean harm: `npm run test:outages` runs them, and nothing else. */
const outages = ["tests/outages/**/*.test.ts"];

/** A real Prometheus looks at real servers: `npm run test:observability` runs them, and nothing else. */
const observability = ["tests/observability/**/*.test.ts"];

/** A real authority issues certificates to real servers: `npm run test:tls` runs them, and nothing else. */
const tls = ["tests/tls/**/*.test.ts"];

/** They install what is not from npm: each has a script of its own. */
const elsewhere = ["agents", "servers", "kafka", "scim", "openwebui", "ship"].map((folder) => `tests/${folder}/**`);

function project(name: string, settings: object) {
  return { extends: true as const, test: { name, ...settings } };
}

export default defineConfig({
  test: {
    exclude: [...configDefaults.exclude, ...elsewhere],
    pool: "forks",
    // Suites that start servers wait for them most of the time.
    maxWorkers: Math.min(8, availableParallelism() + 1),
    // A machine that does other work is slow: what is waited for is only given up much later.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      project("faults", { include: faults }),
      project("console", { include: pages }),
      project("machines", { include: machines }),
      // What is measured is measured alone.
      project("outages", { include: outages, fileParallelism: false }),
      project("tls", { include: tls, fileParallelism: false }),
      project("observability", { include: observability, fileParallelism: false }),
      project("processes", { include: processes, exclude: [...configDefaults.exclude, ...faults] }),
      project("alone", { include: alone }),
      project("long", { include: long, isolate: false }),
      project("shared", {
        include: ["packages/**/*.test.ts", "apps/**/*.test.ts", "tests/**/*.test.ts"],
        exclude: [
          ...configDefaults.exclude,
          ...elsewhere,
          ...alone,
          ...long,
          ...processes,
          ...pages,
          ...faults,
          ...machines,
          ...outages,
          ...observability,
          ...tls,
        ],
        isolate: false,
      }),
    ],
  },
});
