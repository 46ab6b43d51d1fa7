import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

import { inspectConfig } from "./load.ts";
import { readConfigFile } from "./sources.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ghostllm-config-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

it("finds ghostllm.yaml in the working directory", () => {
  expect(inspectConfig({ environment: {}, cwd: directory }).file).toBeNull();
  writeFileSync(join(directory, "ghostllm.yaml"), "server: { port: 4242 }\n");
  const { config, file } = inspectConfig({ environment: {}, cwd: directory });
  expect(config.server.port).toBe(4242);
  expect(file).toBe(join(directory, "ghostllm.yaml"));
});

it.skipIf(process.platform === "win32")("knows whether others may read the file", () => {
  const file = join(directory, "ghostllm.yaml");
  writeFileSync(file, "");
  chmodSync(file, 0o600);
  expect(readConfigFile(file)?.isPublic).toBe(false);
  chmodSync(file, 0o644);
  expect(readConfigFile(file)?.isPublic).toBe(true);
  expect(readConfigFile(join(directory, "absent.yaml"))).toBeNull();
});
