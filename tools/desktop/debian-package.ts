// The desktop application as a package for Debian and Ubuntu. It is updated as all packages are: the program itself fetches nothing.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const name = "ghostllm-desktop";
const root = resolve(import.meta.dirname, "../..");
const icons = ["32x32", "128x128", "256x256"];

const entry = `[Desktop Entry]
Type=Application
Name=GhostLLM
Comment=Servers of GhostLLM, in a window and in the tray
Exec=${name} %u
Icon=${name}
Terminal=false
Categories=Network;Development;
MimeType=x-scheme-handler/ghostllm;
StartupWMClass=${name}
`;

function control(version: string, bytes: number): string {
  const architecture = execFileSync("dpkg", ["--print-architecture"]).toString().trim();
  return [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    "Maintainer: The GhostLLM authors <ghostllm@localhost>",
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    "Depends: libc6, libwebkit2gtk-4.1-0, libgtk-3-0, libayatana-appindicator3-1, xdg-utils",
    "Recommends: gnome-keyring | keepassxc | kwalletmanager",
    "Section: net",
    "Priority: optional",
    "Description: Servers of GhostLLM, in a window and in the tray",
    " Shows the console of one or many servers, tells what they spend and what waits for a decision,",
    " and starts a server on this machine.",
    "",
  ].join("\n");
}

/** Answers with the package's path. */
export function makePackage(program: string, into: string): string {
  const { version } = JSON.parse(readFileSync(join(root, "apps/desktop/package.json"), "utf8")) as { version: string };
  const tree = mkdtempSync(join(tmpdir(), "ghostllm-package-"));
  const place = (path: string): string => {
    const file = join(tree, path);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  };
  try {
    copyFileSync(program, place(`usr/bin/${name}`));
    chmodSync(place(`usr/bin/${name}`), 0o755);
    writeFileSync(place(`usr/share/applications/${name}.desktop`), entry);
    copyFileSync(join(root, "LICENSE"), place(`usr/share/doc/${name}/copyright`));
    for (const size of icons) {
      const icon = place(`usr/share/icons/hicolor/${size}/apps/${name}.png`);
      copyFileSync(join(root, `apps/desktop/src-tauri/icons/${size}.png`), icon);
    }
    writeFileSync(place("DEBIAN/control"), control(version, statSync(program).size));
    chmodSync(tree, 0o755);
    mkdirSync(into, { recursive: true });
    execFileSync("dpkg-deb", ["--root-owner-group", "--build", tree, into], { stdio: ["ignore", "ignore", "inherit"] });
    const architecture = execFileSync("dpkg", ["--print-architecture"]).toString().trim();
    return join(into, `${name}_${version}_${architecture}.deb`);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
