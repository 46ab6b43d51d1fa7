// LiteLLM is no dependency of the project: it is installed when it is asked for, from PyPI, into a virtual environment in node_modules. Its
// proxy needs litellm-proxy, which is not there for this version, and Prisma's engines, which come from a host of their own: so its tables
// are made by the migrations that litellm-proxy-extras has as SQL, and rows are written with LiteLLM's own functions.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const version = "1.110.2";

const packages = [
  `litellm[cli]==${version}`,
  "litellm-proxy-extras==0.4.110",
  ...["pynacl>=1.6,<2", "cryptography>=49,<51", "requests>=2.32,<3", "rich>=13.9,<14", "psycopg[binary]>=3.2,<4"],
];
const folder = resolve(import.meta.dirname, `../../node_modules/.cache/litellm-${version}`);

/** Nothing is asked of anybody for prices. */
export const quietly = { LITELLM_LOCAL_MODEL_COST_MAP: "True" };

function run(program: string, ...parameters: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(program, parameters, { encoding: "utf8" });
  if (status === 0) return null;
  return `${program} ${parameters.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`;
}

/** Its command line for proxies, beside that Python. */
export const proxyCli = join(folder, "bin/litellm-proxy");

/** The Python that has it. Throws where it cannot be had. */
export function installLiteLlm(): string {
  const python = join(folder, "bin/python");
  if (existsSync(join(folder, "installed"))) return python;
  rmSync(folder, { recursive: true, force: true });
  console.error(`litellm: installing ${packages.join(", ")} ...`);
  const quiet = ["--quiet", "--only-binary", ":all:", "--disable-pip-version-check"];
  const fault =
    run("python3", "-m", "venv", folder) ??
    run(python, "-m", "pip", "install", ...quiet, ...packages) ??
    run("touch", join(folder, "installed"));
  if (fault !== null) throw new Error(fault);
  return python;
}
