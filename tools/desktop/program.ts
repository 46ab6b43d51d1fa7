// The program of the desktop application: what building it needs, and its builds. Called by tools/desktop.ts and by its tests.

import { execFileSync, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../../apps/desktop");
export const manifest = join(folder, "src-tauri/Cargo.toml");

type Profile = "dev" | "release";

/** Of Debian and Ubuntu; elsewhere they have other names. */
const libraries = [
  ...["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev", "librsvg2-dev"],
  "libdbus-1-dev",
];

function succeeds(command: string, ...parameters: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: "ignore" }).status === 0;
}

export function hasRustfmt(): boolean {
  return succeeds("cargo", "fmt", "--version");
}

/** A sentence; null where all is there. */
export function missing(): string | null {
  if (!succeeds("cargo", "--version")) return "The desktop application needs Rust 1.90 or later: https://rustup.rs";
  if (succeeds("pkg-config", "--exists", "webkit2gtk-4.1", "dbus-1", "librsvg-2.0")) return null;
  return `The desktop application needs libraries of the system: apt-get install ${libraries.join(" ")}`;
}

export function buildPage(): void {
  execFileSync(process.execPath, [join(folder, "build.ts")], { stdio: "inherit" });
}

export function buildProgram(profile: Profile): void {
  const parameters = ["build", "--locked", "--profile", profile, "--manifest-path", manifest];
  execFileSync("cargo", parameters, { stdio: "inherit" });
}

export function program(profile: Profile): string {
  const told = execFileSync("cargo", ["metadata", "--no-deps", "--format-version=1", "--manifest-path", manifest]);
  const { target_directory: target } = JSON.parse(told.toString()) as { readonly target_directory: string };
  return join(target, profile === "dev" ? "debug" : "release", "ghostllm-desktop");
}
