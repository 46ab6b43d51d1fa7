import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { languagesFolder, run } from "./language.ts";
import type { LanguageRunner, Wanted } from "./language.ts";

/** `LATEST` is Maven's own word. */
function pomFor(wanted: Wanted): string {
  const dependencies = Object.entries(wanted).map(([name, version]) => {
    const [group, artifact] = name.split(":");
    const id = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId>`;
    return `<dependency>${id}<version>${version ?? "LATEST"}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>ghostllm</groupId><artifactId>driver</artifactId><version>1</version>
<dependencies>${dependencies.join("\n")}</dependencies></project>\n`;
}

export const java: LanguageRunner = {
  programs: ["java", "javac", "mvn"],
  async install({ folder, wanted }) {
    writeFileSync(join(folder, "pom.xml"), pomFor(wanted));
    await run(folder, "mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib");
  },
  versions({ folder, wanted }) {
    const jars = readdirSync(join(folder, "lib"));
    const versionOf = (name: string): string => {
      const artifact = name.split(":")[1] ?? "";
      const jar = jars.find((file) => file.startsWith(`${artifact}-`) && /^\d/.test(file.slice(artifact.length + 1)));
      return jar?.slice(artifact.length + 1, -".jar".length) ?? "";
    };
    return Promise.resolve(Object.fromEntries(Object.keys(wanted).map((name) => [name, versionOf(name)])));
  },
  async compile({ folder, source }) {
    await run(folder, "javac", "-nowarn", "-cp", "lib/*", "-d", "classes", source, join(languagesFolder, "Serve.java"));
  },
  command: () => ({ program: "java", parameters: ["-cp", "classes:lib/*", "Driver"] }),
};
