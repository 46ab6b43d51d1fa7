// The data directory is its owner's alone, whatever the umask and whatever an earlier run left there. Called before anything
// in it is opened. Invariant: what is not GhostLLM's own is not touched, since a directory may be shared with other things.

import { chmod, lstat, mkdir, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";

const ownNames =
  /^(?:ghostllm\.db(?:-wal|-shm|-journal)?|journal|archive|restoring|prices|(?:admin|encryption)\.key|installation\.id)$/;

/** Of this process and its threads: sockets, backups and all else that is made later. */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}

/** Makes the directory where it is not there yet. Answers false where others can look into it, and this user cannot change that. */
export async function makePrivate(directory: string): Promise<boolean> {
  const made = await make(directory);
  if (process.platform === "win32") return true;
  if (made !== undefined) await chmod(directory, 0o700);
  const names = await readdir(directory);
  const own = names.filter((name) => ownNames.test(name));
  for (const name of own) await closeToOthers(join(directory, name));
  // Where it is a link, what it leads to is meant.
  return own.length < names.length || takeFromOthers(await realpath(directory));
}

/** The first directory that had to be made; undefined where all were there. */
async function make(directory: string): Promise<string | undefined> {
  try {
    return await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const isFile = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw isFile ? new Error(`The data directory ${directory} is not a directory`, { cause: error }) : error;
  }
}

/** A file or a directory of ours, with all below it. A link leads to where somebody else has put it. */
async function closeToOthers(path: string): Promise<void> {
  const entry = await lstat(path);
  if (!entry.isFile() && !entry.isDirectory()) return;
  await takeFromOthers(path);
  if (entry.isDirectory()) for (const name of await readdir(path)) await closeToOthers(join(path, name));
}

/** What belongs to another user, such as the root of a mounted volume, is as that one wants it. */
async function takeFromOthers(path: string): Promise<boolean> {
  const entry = await lstat(path);
  const kept = entry.mode & (entry.isDirectory() ? 0o700 : 0o600);
  if ((entry.mode & 0o777) === kept) return true;
  return chmod(path, kept).then(
    () => true,
    () => false,
  );
}
