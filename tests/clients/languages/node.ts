import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { languagesFolder, pinned, run } from "./language.ts";
import type { LanguageRunner } from "./language.ts";

const quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error", "--ignore-scripts"];

/** The Node that runs this, which is the project's. */
export const node: LanguageRunner = {
  programs: ["npm"],
  async install({ folder, wanted }) {
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    await run(folder, "npm", "install", ...quiet, ...pinned(wanted, "@", "@latest"));
  },
  versions({ folder, wanted }) {
    const versionOf = (name: string): string => {
      const file = readFileSync(join(folder, "node_modules", name, "package.json"), "utf8");
      return (JSON.parse(file) as { version: string }).version;
    };
    return Promise.resolve(Object.fromEntries(Object.keys(wanted).map((name) => [name, versionOf(name)])));
  },
  // Imports are looked for beside the file that has them.
  compile({ folder, source }) {
    copyFileSync(source, join(folder, "driver.mjs"));
    copyFileSync(join(languagesFolder, "serve.mjs"), join(folder, "serve.mjs"));
    return Promise.resolve();
  },
  command: ({ folder }) => ({
    program: process.execPath,
    parameters: ["--disable-warning=ExperimentalWarning", join(folder, "driver.mjs")],
  }),
};
