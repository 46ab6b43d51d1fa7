// The steps of the image taken one after the other in a Debian that has nothing but Node, each stage in a root of its own: a file or a
// program that a step forgot is missing there, as it would be in Docker, which is not needed for it. Linux, by root, with debootstrap.

import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readDockerfile } from "./dockerfile.ts";
import type { Stage, Step } from "./dockerfile.ts";

const checkout = resolve(import.meta.dirname, "../..");
const suite = "bookworm";
const trusted = "/etc/ssl/certs/ca-certificates.crt";

export function canMakeRoots(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/sbin/debootstrap");
}

export interface Image {
  /** In its root, as its user, with nothing that can be written to but its volume and /tmp. */
  run(command: readonly string[], environment?: Readonly<Record<string, string>>): ChildProcess;
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly root: string;
  remove(): void;
}

/** Of `context`, a checkout as git has it. */
export function buildImage(dockerfile: string, context: string): Image {
  const folder = mkdtempSync(join(tmpdir(), "ghostllm-image-"));
  const base = makeBase(folder);
  const roots = new Map<string, string>();
  let built: Built | undefined;
  for (const [place, stage] of readDockerfile(readFileSync(dockerfile, "utf8")).entries()) {
    const root = join(folder, `stage-${place}`);
    execFileSync("cp", ["-a", roots.get(stage.from) ?? base, root]);
    built = new Built(root, { context, roots });
    roots.set(stage.name, root);
    built.take(stage);
  }
  if (built === undefined) throw new Error("The Dockerfile has no stage");
  return toImage(built, folder);
}

/** What `node:...-slim` is: Debian without anything, Node with npm, and a user `node`. */
function makeBase(folder: string): string {
  const base = join(folder, "base");
  const mirror = mirrorOfThisMachine();
  execFileSync("debootstrap", ["--variant=minbase", "--include=ca-certificates", suite, base, ...mirror], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  cpSync(process.execPath, join(base, "usr/local/bin/node"));
  const npm = dirname(
    dirname(
      execFileSync("readlink", ["-f", execFileSync("which", ["npm"], { encoding: "utf8" }).trim()], {
        encoding: "utf8",
      }).trim(),
    ),
  );
  cpSync(npm, join(base, "usr/local/lib/node_modules/npm"), { recursive: true, dereference: true });
  execFileSync("ln", ["-s", "../lib/node_modules/npm/bin/npm-cli.js", join(base, "usr/local/bin/npm")]);
  execFileSync("chroot", [base, "useradd", "--uid", "1000", "--create-home", "node"]);
  trustAsThisMachine(base);
  return base;
}

/** Where this machine gets its packages from. */
function mirrorOfThisMachine(): readonly string[] {
  const lists = execFileSync("sh", ["-c", "cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true"], {
    encoding: "utf8",
  });
  const url = /https?:\/\/[^\s\]]+\/debian\/?(?=\s|$)/m.exec(lists)?.[0];
  return url === undefined ? [] : [url];
}

/** The network is the machine's own: its names, its registry and whom it trusts. */
function trustAsThisMachine(base: string): void {
  for (const file of ["/etc/resolv.conf", "/etc/hosts", trusted])
    if (existsSync(file)) cpSync(file, join(base, file), { dereference: true });
  const settings = execFileSync("npm", ["config", "list", "--json"], { encoding: "utf8" });
  const { registry } = JSON.parse(settings) as { registry: string };
  writeFileSync(join(base, "root/.npmrc"), `registry=${registry}\ncafile=${trusted}\n`);
}

interface Sources {
  readonly context: string;
  readonly roots: ReadonlyMap<string, string>;
}

class Built {
  readonly root: string;
  readonly environment: Record<string, string> = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
  };
  directory = "/";
  user = "root";
  entrypoint: readonly string[] = [];
  healthcheck: readonly string[] = [];
  readonly #sources: Sources;

  constructor(root: string, sources: Sources) {
    this.root = root;
    this.#sources = sources;
  }

  take({ steps }: Stage): void {
    for (const step of steps) this.#step(step);
  }

  #step(step: Step): void {
    switch (step.kind) {
      case "RUN":
        return this.#run(step.command);
      case "COPY":
        return this.#copy(step);
      case "ENV":
        return void Object.assign(this.environment, step.values);
      case "WORKDIR":
        this.directory = resolve(this.directory, step.value);
        return void mkdirSync(this.within(this.directory), { recursive: true });
      case "USER":
        this.user = step.value;
        return;
      case "HEALTHCHECK":
        this.healthcheck = step.command;
        return;
      case "ENTRYPOINT":
      case "CMD":
        this.entrypoint = [...this.entrypoint, ...step.command];
    }
  }

  #run(command: string): void {
    const there = `cd '${this.directory}' && ${command}`;
    execFileSync("chroot", [this.root, "sh", "-c", there], {
      env: this.environment,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  #copy({ from, owner, paths }: Extract<Step, { kind: "COPY" }>): void {
    const source = from === null ? this.#sources.context : this.#sources.roots.get(from);
    if (source === undefined) throw new Error(`There is no stage ${from}`);
    const target = this.within(paths.at(-1) ?? "");
    for (const path of paths.slice(0, -1)) copyInto(join(source, path), target);
    if (owner !== null)
      execFileSync("chroot", [this.root, "chown", "-R", owner, resolve(this.directory, paths.at(-1) ?? "")]);
  }

  within(path: string): string {
    const inside = join(this.root, resolve(this.directory, path));
    return path.endsWith("/") ? `${inside}/` : inside;
  }
}

/** As Docker does: of a folder what is in it; a file below a path that ends with a slash. */
function copyInto(source: string, target: string): void {
  const isFolder = execFileSync("stat", ["-c", "%F", source], { encoding: "utf8" }).startsWith("directory");
  mkdirSync(isFolder || target.endsWith("/") ? target : dirname(target), { recursive: true });
  execFileSync("cp", ["-a", "--no-preserve=ownership", isFolder ? `${source}/.` : source, target]);
}

function toImage({ root, environment, directory, user, entrypoint, healthcheck }: Built, folder: string): Image {
  return {
    ...{ root, environment, entrypoint, healthcheck },
    run: (command, more = {}) => {
      // A mount of its own, which ends with the process: the root as nobody can change it, and what may be written to.
      const mounts = [
        `mount --bind ${root} ${root}`,
        `mount --bind ${root}/data ${root}/data`,
        `mount -t tmpfs tmpfs ${root}/tmp`,
        `mount -o remount,bind,ro ${root}`,
      ];
      const inside = `cd '${directory}' && exec "$@"`;
      const shell = `${mounts.join(" && ")} && exec chroot --userspec=${user} ${root} sh -c '${inside.replaceAll("'", `'\\''`)}' sh "$@"`;
      return spawn("unshare", ["--mount", "sh", "-c", shell, "sh", ...command], {
        env: { ...environment, HOME: "/tmp", ...more },
        stdio: ["ignore", "pipe", "pipe"],
      });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What Docker would be sent: what git knows, as it is in the working tree. */
export function contextOfCheckout(): string {
  const context = mkdtempSync(join(tmpdir(), "ghostllm-context-"));
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: checkout,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  for (const file of files.split("\0").filter((name) => name !== "" && existsSync(join(checkout, name)))) {
    mkdirSync(dirname(join(context, file)), { recursive: true });
    cpSync(join(checkout, file), join(context, file));
  }
  return context;
}
