// The server of another commit, ready to be run beside this one: a work tree of its own in a temporary folder.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Stoppable } from "./targets.ts";

const thisTree = fileURLToPath(new URL("../../", import.meta.url));

export interface OtherCommit extends Stoppable {
  readonly tree: string;
  /** Its short name. */
  readonly name: string;
}

function git(...words: string[]): string {
  return execFileSync("git", words, { cwd: thisTree, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** False in a shallow clone, and outside of any. */
export function hasCommit(ref: string): boolean {
  try {
    git("rev-parse", "--verify", `${ref}^{commit}`);
    return true;
  } catch {
    return false;
  }
}

export function checkOut(ref: string): OtherCommit {
  const name = git("rev-parse", "--short", "--verify", `${ref}^{commit}`);
  const tree = join(mkdtempSync(join(tmpdir(), "ghostllm-bench-commit-")), "tree");
  git("worktree", "add", "--detach", tree, name);
  const stop = async (): Promise<void> => {
    git("worktree", "remove", "--force", tree);
    rmSync(join(tree, ".."), { recursive: true, force: true });
  };
  // By its own door, which installs what that commit needs.
  execFileSync(process.execPath, ["tools/launch.cjs", "ghostllm", "--version"], { cwd: tree, stdio: "ignore" });
  return { name, tree, stop };
}
