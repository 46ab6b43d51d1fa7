// What the suites need: programs and libraries of Debian, tauri-driver, and the application itself, built. The first time takes minutes.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { buildPage, buildProgram, missing } from "../../../tools/desktop/program.ts";

const packages = [
  ...["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev", "librsvg2-dev"],
  ...["libdbus-1-dev", "webkit2gtk-driver", "xvfb", "dbus", "gnome-keyring", "dunst", "openbox", "xdotool"],
  ...["imagemagick", "libglib2.0-bin", "fonts-dejavu-core"],
];
const programs = [
  "WebKitWebDriver",
  "Xvfb",
  "dbus-daemon",
  "gnome-keyring-daemon",
  "dunst",
  "openbox",
  "xdotool",
  "import",
];
const driverVersion = "2.1.0";

/** Beside what cargo itself keeps of its user. */
const driverFolder = join(homedir(), ".cache/ghostllm-desktop-tests");
export const driver = join(driverFolder, "bin/tauri-driver");

function has(program: string): boolean {
  return spawnSync("which", [program], { stdio: "ignore" }).status === 0;
}

function installPackages(): void {
  if (missing() === null && programs.every(has)) return;
  execFileSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { stdio: "inherit" });
}

function installDriver(): void {
  if (existsSync(driver)) return;
  const parameters = ["install", "tauri-driver", "--version", driverVersion, "--locked", "--root", driverFolder];
  execFileSync("cargo", parameters, { stdio: "inherit" });
}

export function setup(): void {
  installPackages();
  const lacking = missing();
  if (lacking !== null) throw new Error(lacking);
  installDriver();
  buildPage();
  buildProgram("dev");
}
