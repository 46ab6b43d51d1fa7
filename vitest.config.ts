// What `npm test` runs, and how. Most suites share two processes, into which the sources are loaded once; a suite therefore
// leaves nothing behind: it closes what it opens, and changes nothing that belongs to the process.

import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { suites } from "./tools/suites.ts";

/** They take longest, and so begin early: projects run in the order of their names. */
const long = ["tests/fuzz/*.test.ts", "tests/replay/*.test.ts", "apps/server/tests/replay-openai-chat.test.ts"];

/** They look at the memory of their own process. */
const alone = ["apps/server/tests/{made-up-names,request-bodies,workers}.test.ts"];

/** They start servers as processes, whose end a suite's own process sees to. */
const processes = ["tests/{compat,tooling}/**/*.test.ts"];

/** They install what is not from npm: each has a script of its own. */
const elsewhere = ["agents", "servers", "kafka", "scim", "openwebui", "ship", "litellm", "traces", "desktop"].map(
  (folder) => `tests/${folder}/**`,
);

const own = Object.entries(suites);
const ofOwn = own.flatMap(([, { include }]) => include);

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
      ...own.map(([name, { include, isAlone = false, isShared = false }]) =>
        project(name, { include, fileParallelism: !isAlone, isolate: !isShared }),
      ),
      project("processes", { include: processes, exclude: [...configDefaults.exclude, ...ofOwn] }),
      project("alone", { include: alone }),
      project("long", { include: long, isolate: false }),
      project("shared", {
        include: ["packages/**/*.test.ts", "apps/**/*.test.ts", "tests/**/*.test.ts"],
        exclude: [...configDefaults.exclude, ...elsewhere, ...alone, ...long, ...processes, ...ofOwn],
        isolate: false,
      }),
    ],
  },
});
