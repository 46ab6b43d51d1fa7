import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

it("docs/clients.md names the versions of the agents that are tested", () => {
  const docs = readFileSync(join(root, "docs/clients.md"), "utf8");
  const file = readFileSync(join(root, "tests/agents/package.json"), "utf8");
  const { dependencies } = JSON.parse(file) as { dependencies: Record<string, string> };
  expect(Object.values(dependencies).filter((version) => !docs.includes(`| ${version} |`))).toEqual([]);
});

it("docs/clients.md tells what the SDKs do in the versions that are locked", () => {
  const docs = readFileSync(join(root, "docs/clients.md"), "utf8");
  const locks = JSON.parse(readFileSync(join(root, "tests/clients/versions.json"), "utf8")) as Record<string, object>;
  const versions = Object.values(locks).flatMap((lock): unknown[] => Object.values(lock));
  expect(versions.filter((version) => !docs.includes(String(version)))).toEqual([]);
});
