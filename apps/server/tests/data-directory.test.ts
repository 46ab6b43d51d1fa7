// Who can read what the server keeps on disk: nobody but its own user.

import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWholeServer } from "./support/whole-server.ts";

let base: string;
const usualUmask = process.umask();

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "ghostllm-modes-"));
});
afterEach(async () => {
  process.umask(usualUmask);
  await rm(base, { recursive: true, force: true });
});

/** By their paths below the data directory, in octal. */
async function modesIn(directory: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(directory, { recursive: true });
  const modes = ["", ...entries].map(async (name): Promise<[string, string]> => {
    const { mode } = await stat(join(directory, name));
    return [name, (mode & 0o777).toString(8)];
  });
  return Object.fromEntries(await Promise.all(modes));
}

/** With one answered request, so that all that is written is there. */
async function modesOfRunning(dataDir: string, environment: Readonly<Record<string, string>> = {}) {
  const server = await startWholeServer({ GHOSTLLM_DATA_DIR: dataDir, ...environment });
  try {
    return await modesIn(dataDir);
  } finally {
    await server.close();
  }
}

const opened = (modes: Readonly<Record<string, string>>) =>
  Object.entries(modes).filter(([name, mode]) => mode !== (/^(?:journal|prices|)$/.test(name) ? "700" : "600"));

it.each([0o000, 0o022, 0o027])("all files are the owner's alone, under the umask %o", async (umask) => {
  process.umask(umask);
  await writeFile(join(base, "prices.json"), "[]");
  const modes = await modesOfRunning(join(base, "a", "data"), { GHOSTLLM_PRICES_SOURCE: join(base, "prices.json") });
  expect(Object.keys(modes)).toEqual(
    expect.arrayContaining(["ghostllm.db", "ghostllm.db-wal", "ghostllm.db-shm", "journal"]),
  );
  expect(opened(modes)).toEqual([]);
});

it("what an earlier run left open to others is closed, and what is not ours is left alone", async () => {
  const dataDir = join(base, "data");
  await modesOfRunning(dataDir);
  for (const name of Object.keys(await modesIn(dataDir)))
    await chmod(join(dataDir, name), name.includes(".") ? 0o666 : 0o777);
  expect(opened(await modesOfRunning(dataDir))).toEqual([]);
  await symlink(dataDir, join(base, "link"));
  await chmod(dataDir, 0o755);
  expect(opened(await modesOfRunning(join(base, "link")))).toEqual([]);
  await mkdir(join(dataDir, "of-somebody"));
  await chmod(join(dataDir, "of-somebody"), 0o755);
  await chmod(join(dataDir, "ghostllm.db"), 0o644);
  expect(await modesOfRunning(dataDir)).toMatchObject({ "of-somebody": "755", "ghostllm.db": "600" });
});
