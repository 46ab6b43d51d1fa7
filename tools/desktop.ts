// `npm run desktop`: the desktop application, built and started; `npm run desktop:build`: as a package for Debian; `npm run check` has the
// form of its Rust looked at. What is missing is said, with what brings it.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { makePackage } from "./desktop/debian-package.ts";
import { buildPage, buildProgram, hasRustfmt, manifest, missing, program } from "./desktop/program.ts";

/** `npm run check` shows a line that begins so, though nothing has failed. */
const leftOut = "left out:";

function start(parameters: readonly string[]): number {
  buildPage();
  buildProgram("dev");
  return spawnSync(program("dev"), parameters, { stdio: "inherit" }).status ?? 1;
}

function buildPackage(): number {
  buildPage();
  buildProgram("release");
  console.log(makePackage(program("release"), join(import.meta.dirname, "../apps/desktop/dist.deb")));
  return 0;
}

function format(isWritten: boolean): number {
  if (!hasRustfmt()) {
    console.log(`${leftOut} there is no rustfmt`);
    return 0;
  }
  return (
    spawnSync("cargo", ["fmt", "--manifest-path", manifest, ...(isWritten ? [] : ["--check"])], { stdio: "inherit" })
      .status ?? 1
  );
}

function run([deed, ...parameters]: readonly string[]): number {
  if (deed === "format") return format(parameters.includes("--write"));
  const lacking = missing();
  if (lacking !== null) {
    console.error(`ghostllm: ${lacking}`);
    return 1;
  }
  return deed === "package" ? buildPackage() : start(parameters);
}

process.exitCode = run(process.argv.slice(2));
