// The packages of an image as CycloneDX: `node materials.mjs FOLDER < PATHS` takes those that are installed in FOLDER, and those of
// which a line each names the folder, such as what the console is built of.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [installed = "node_modules"] = process.argv.slice(2);

function foldersIn(modules) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules, { withFileTypes: true }).flatMap(({ name }) => {
    const folder = join(modules, name);
    if (name.startsWith("@")) return foldersIn(folder);
    return [folder, ...foldersIn(join(folder, "node_modules"))];
  });
}

function componentOf(folder) {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return [];
  const { name, version, license, private: isOurs } = JSON.parse(readFileSync(file, "utf8"));
  // What only tells Node how to read a folder, and workspaces, which are the program itself.
  if (name === undefined || version === undefined || isOurs === true || name.startsWith("@ghostllm/")) return [];
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const licenses = typeof license === "string" ? [{ expression: license }] : [];
  return [{ type: "library", "bom-ref": purl, name, version, purl, licenses }];
}

const named = readFileSync(0, "utf8").split("\n").filter(Boolean);
const found = [...foldersIn(installed), ...named].flatMap(componentOf);
const components = [...new Map(found.map((one) => [one.purl, one])).values()].toSorted((one, other) =>
  one.purl < other.purl ? -1 : 1,
);
const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
const metadata = { component: { type: "application", name, version } };
const list = { bomFormat: "CycloneDX", specVersion: "1.6", version: 1, metadata, components };
process.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
