import { readdirSync } from "node:fs";
import { join } from "node:path";
import { languagesFolder, pinned, run, versionsOf } from "./language.ts";
import type { LanguageRunner, Place } from "./language.ts";

const interpreter = ({ folder }: Place): string => join(folder, "bin", "python");

export const python: LanguageRunner = {
  programs: ["python3"],
  async install(place) {
    await run(place.folder, "python3", "-m", "venv", place.folder);
    await run(place.folder, interpreter(place), "-m", "pip", "install", "--quiet", ...pinned(place.wanted, "==", ""));
  },
  versions({ folder, wanted }) {
    const [lib = ""] = readdirSync(join(folder, "lib"));
    const found = readdirSync(join(folder, "lib", lib, "site-packages")).flatMap((name) => {
      const [, distribution = "", version = ""] = /^(.+)-([^-]+)\.dist-info$/.exec(name) ?? [];
      return [[distribution.replaceAll("_", "-"), version] as const];
    });
    return Promise.resolve(versionsOf(wanted, found));
  },
  compile: () => Promise.resolve(),
  command: (place) => ({
    program: interpreter(place),
    parameters: ["-B", "-c", start, languagesFolder, place.source],
  }),
};

/** The shared module is found beside this file. */
const start = "import sys, runpy; sys.path.insert(0, sys.argv[1]); runpy.run_path(sys.argv[2], run_name='__main__')";
