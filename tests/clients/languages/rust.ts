import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { languagesFolder, run, versionsOf } from "./language.ts";
import type { LanguageRunner } from "./language.ts";

const manifest = `[package]
name = "driver"
version = "0.1.0"
edition = "2024"

[profile.dev]
debug = false

[dependencies]
`;

/** Features that a driver needs of a crate. */
const features: Readonly<Record<string, string>> = {
  "async-openai": "chat-completion,responses,embedding,model",
  tokio: "rt-multi-thread,macros",
};

export const rust: LanguageRunner = {
  programs: ["cargo"],
  async install({ folder, wanted }) {
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "Cargo.toml"), manifest);
    writeFileSync(join(folder, "src", "main.rs"), "fn main() {}\n");
    for (const [name, version] of Object.entries(wanted)) {
      const chosen = features[name] === undefined ? [] : ["--features", features[name]];
      await run(folder, "cargo", "add", "--quiet", version === null ? name : `${name}@=${version}`, ...chosen);
    }
  },
  versions({ folder, wanted }) {
    const locked = readFileSync(join(folder, "Cargo.lock"), "utf8").matchAll(/name = "(.+)"\nversion = "(.+)"/g);
    const found = [...locked].map(([, name = "", version = ""]) => [name, version] as const);
    return Promise.resolve(versionsOf(wanted, found));
  },
  async compile({ folder, source }) {
    copyFileSync(source, join(folder, "src", "main.rs"));
    copyFileSync(join(languagesFolder, "serve.rs"), join(folder, "src", "serve.rs"));
    await run(folder, "cargo", "build", "--quiet");
  },
  command: ({ folder }) => ({ program: join(folder, "target", "debug", "driver"), parameters: [] }),
};
