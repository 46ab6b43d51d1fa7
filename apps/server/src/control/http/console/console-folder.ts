// The folder of the built console: one page, and files whose names say what is in them. It may be there later, or become
// another one while the server runs: `npm start` builds it beside the server. Nothing else of the disk can be reached.

import { createReadStream } from "node:fs";
import type { ReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** What the build writes there while it is under way; one that is older was left behind by a build that ended. */
const buildingFile = "building";
const longestBuildMs = 5 * 60 * 1000;
/** Why the last build failed. */
const failedFile = "failed";

export interface ConsoleFile {
  readonly content: ReadStream;
  readonly type: string;
  readonly bytes: number;
  readonly etag: string;
  /** The content never changes, since its hash is in its name. */
  readonly isUnchanging: boolean;
}

export type ConsolePage =
  { readonly kind: "page"; readonly html: string } | { readonly kind: "building" | "failed" | "absent" };

const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
  png: "image/png",
  json: "application/json; charset=utf-8",
};

/** Below `assets/`, or beside the page. */
const filePath = /^(assets\/)?[\w-][\w.-]*\.(js|css|svg|woff2|png|json)$/;

export class ConsoleFolder {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Undefined where the path names no file at all, null where the file is not there. */
  async file(path: string): Promise<ConsoleFile | null | undefined> {
    const [matched, assets, ending = ""] = filePath.exec(path) ?? [];
    if (matched === undefined) return undefined;
    try {
      const handle = await open(join(this.#directory, path));
      const { size, mtimeMs } = await handle.stat();
      return {
        content: createReadStream("", { fd: handle }),
        type: types[ending] ?? "application/octet-stream",
        bytes: size,
        etag: `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`,
        isUnchanging: assets !== undefined,
      };
    } catch {
      return null;
    }
  }

  async page(now: number): Promise<ConsolePage> {
    const html = await readFile(join(this.#directory, "index.html"), "utf8").catch(() => null);
    if (html !== null) return { kind: "page", html };
    const building = await stat(join(this.#directory, buildingFile)).catch(() => null);
    if (building !== null && now - building.mtimeMs < longestBuildMs) return { kind: "building" };
    const failed = await stat(join(this.#directory, failedFile)).catch(() => null);
    return { kind: failed === null ? "absent" : "failed" };
  }
}
