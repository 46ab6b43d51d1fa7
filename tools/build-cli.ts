// Builds the npm package `ghostllm` into apps/cli/dist: the program and its workers as bundles, with the npm
// dependencies left as dependencies. `node tools/build-cli.ts [--out DIR] [--pack DIR]` builds elsewhere, and packs into DIR.

import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import type { Metafile, Plugin } from "esbuild";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, "..");
const { values } = parseArgs({ options: { out: { type: "string" }, pack: { type: "string" } } });
const dist = resolve(values.out ?? join(root, "apps/cli/dist"));

/** Files that are started as threads, so that each has to be a file of its own. */
const workers = [
  "compose/workers/worker-thread.ts",
  "control/backup/backup-thread.ts",
  "control/backup/backup-thread.ts",
  "control/sessions/password-thread.ts",
  "control/store/engines/sqlite-worker.ts",
  "gateway/estimator/tokenizer-worker.ts",
  "gateway/heavy-work/heavy-thread.ts",
];
const bundledWorkspaces = ["apps/cli", "apps/server", "packages/contract", "packages/llm", "packages/fake-upstream"];

/** Our own code is bundled, what npm installs is not. */
const leavePackages: Plugin = {
  name: "leave-packages",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./#]/ }, ({ path, kind }) => {
      if (kind === "entry-point" || path.startsWith("@ghostllm/")) return undefined;
      return { path, external: true };
    });
  },
};

/** Workers lie beside the bundle, as JavaScript. */
const nameWorkers: Plugin = {
  name: "name-workers",
  setup({ onLoad }) {
    onLoad({ filter: /apps[/\\]server[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const contents = source.replace(
        /new URL\("\.\/([\w-]+)\.ts", import\.meta\.url\)/g,
        'new URL("./$1.js", import.meta.url)',
      );
      return { contents, loader: "ts" };
    });
  },
};

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

async function bundle(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["apps/cli/src/main.ts", ...workers.map((worker) => `apps/server/src/${worker}`)],
    outdir: join(dist, "lib"),
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node24",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins: [leavePackages, nameWorkers],
  });
  return metafile;
}

/** Names of the npm packages that the bundles import. */
function importedPackages({ outputs }: Metafile): readonly string[] {
  const paths = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  const names = paths.map(({ path }) =>
    path
      .split("/")
      .slice(0, path.startsWith("@") ? 2 : 1)
      .join("/"),
  );
  return [...new Set(names)].filter((name) => !name.startsWith("node:")).toSorted();
}

function releaseManifest(metafile: Metafile): object {
  const { name, version, description, license } = readManifest("apps/cli");
  const known = Object.assign(
    {},
    ...bundledWorkspaces.map((folder) => readManifest(folder).dependencies ?? {}),
  ) as Record<string, string>;
  const dependencies = importedPackages(metafile).map((imported) => {
    const range = known[imported];
    if (range === undefined) throw new Error(`${imported} is imported, but no workspace has it as a dependency`);
    return [imported, range];
  });
  return {
    name,
    version,
    description,
    license,
    type: "module",
    bin: { ghostllm: "bin/ghostllm.cjs" },
    files: ["bin", "lib", "console"],
    engines: { node: ">=18" },
    dependencies: Object.fromEntries(dependencies),
    optionalDependencies: readManifest(".").optionalDependencies,
  };
}

/** npm adds the readme and the licence to a package by themselves when they lie in its folder. */
function copyText(name: string): void {
  if (existsSync(join(root, name))) cpSync(join(root, name), join(dist, name));
}

function buildConsole(): void {
  execFileSync(process.execPath, [join(root, "apps/console/build.ts"), "--out", join(dist, "console")]);
}

rmSync(dist, { recursive: true, force: true });
const metafile = await bundle();
cpSync(join(root, "apps/cli/bin"), join(dist, "bin"), { recursive: true });
buildConsole();
chmodSync(join(dist, "bin/ghostllm.cjs"), 0o755);
writeFileSync(join(dist, "package.json"), `${JSON.stringify(releaseManifest(metafile), null, 2)}\n`);
copyText("README.md");
copyText("LICENSE");
if (values.pack !== undefined) {
  const target = resolve(values.pack);
  mkdirSync(target, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", target], {
    cwd: dist,
    encoding: "utf8",
  });
  process.stdout.write(`${join(target, packed.trim())}\n`);
}
