import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface KeyFile {
  readonly text: string;
  readonly created: boolean;
}

/** Reads a one-line secret from a file, or makes the file, readable by its owner only. */
export async function readOrCreateKeyFile(path: string, newText: () => string): Promise<KeyFile> {
  const found = await readIfThere(path);
  if (found !== undefined) return { text: found, created: false };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const text = newText();
    await createExclusively(path, text);
    return { text, created: true };
  } catch (error) {
    // Another process that starts at the same time may have made it first: its key counts.
    if (!hasCode(error, "EEXIST")) throw error;
    return { text: await readWritten(path), created: false };
  }
}

async function createExclusively(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readWritten(path: string): Promise<string> {
  for (let tries = 0; tries < 50; tries += 1) {
    const text = await readIfThere(path);
    if (text !== undefined && text !== "") return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${path} is empty: delete it, or restore its content`);
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
