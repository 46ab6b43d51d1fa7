import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readOrCreateKeyFile } from "#control/encryption/key-file.ts";

/** By which a data directory is known to others that share its database. */
export async function readInstallation(dataDir: string): Promise<string> {
  const file = join(dataDir, "installation.id");
  return (await readOrCreateKeyFile(file, () => randomBytes(8).toString("hex"))).text;
}
