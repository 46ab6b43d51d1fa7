// scim2-tester is no dependency of the project: it is installed when it is asked for, from PyPI, into a virtual environment in
// node_modules.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const packages = ["scim2-tester==0.5.2", "scim2-client[httpx2]==0.13.2"];
const folder = resolve(import.meta.dirname, "../../node_modules/.cache/scim-tester-0.5.2");

function run(program: string, ...parameters: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(program, parameters, { encoding: "utf8" });
  if (status === 0) return null;
  return `${program} ${parameters.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`;
}

/** The Python that has it. Throws where it cannot be had. */
export function installTester(): string {
  const python = join(folder, "bin/python");
  if (existsSync(join(folder, "installed"))) return python;
  rmSync(folder, { recursive: true, force: true });
  console.error(`scim: installing ${packages.join(" and ")} ...`);
  const quiet = ["--quiet", "--only-binary", ":all:", "--disable-pip-version-check"];
  const fault =
    run("python3", "-m", "venv", folder) ??
    run(python, "-m", "pip", "install", ...quiet, ...packages) ??
    run("touch", join(folder, "installed"));
  if (fault !== null) throw new Error(fault);
  return python;
}
