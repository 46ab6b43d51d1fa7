// The scripts in findings/ keep to what its README promises. They are not run here: they install what they look at.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const folder = resolve(import.meta.dirname, "../../findings");
const scripts = readdirSync(folder).filter((name) => name.endsWith(".sh"));

describe.each(scripts)("%s", (name) => {
  const text = readFileSync(join(folder, name), "utf8");

  it("can be run, and says at its beginning what it shows", () => {
    expect(statSync(join(folder, name)).mode & 0o111).not.toBe(0);
    expect(text).toMatch(/^#!\/(?:bin\/sh|bin\/bash|usr\/bin\/env bash)\n# \S/);
    expect(text).toMatch(/^set -eu/m);
  });

  it("works in a folder of its own, which it removes", () => {
    expect(text).toContain("mktemp -d");
    expect(text).toMatch(/trap .*rm -rf/);
  });

  it("installs exact versions, and speaks to nobody but this machine", () => {
    expect(text).toMatch(/==\d|@\d+\.\d|\bv\d+\.\d+\.\d/);
    const hosts = [...text.matchAll(/https?:\/\/([^/\s"'`:)]+)/g)].map(([, host = ""]) => host);
    expect(hosts.filter((host) => !/^(?:127\.0\.0\.1|localhost|[$%{].*|example\.(?:com|org))/.test(host))).toEqual([]);
    expect(text.replaceAll("# ", "")).not.toMatch(/ghostllm/i);
  });
});
