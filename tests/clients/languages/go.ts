import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { languagesFolder, pinned, run, versionsOf } from "./language.ts";
import type { LanguageRunner } from "./language.ts";

export const go: LanguageRunner = {
  programs: ["go"],
  async install({ folder, wanted }) {
    writeFileSync(join(folder, "go.mod"), "module driver\n\ngo 1.24\n");
    await run(folder, "go", "get", ...pinned(wanted, "@", "@latest"));
  },
  versions({ folder, wanted }) {
    const required = readFileSync(join(folder, "go.mod"), "utf8").matchAll(/^(?:require )?\s*(\S+) (v\S+)/gm);
    const found = [...required].map(([, name = "", version = ""]) => [name, version] as const);
    return Promise.resolve(versionsOf(wanted, found));
  },
  async compile({ folder, source }) {
    copyFileSync(source, join(folder, "driver.go"));
    copyFileSync(join(languagesFolder, "serve.go"), join(folder, "serve.go"));
    await run(folder, "go", "mod", "tidy");
    await run(folder, "go", "build", "-o", "driver", ".");
  },
  command: ({ folder }) => ({ program: join(folder, "driver"), parameters: [] }),
};
