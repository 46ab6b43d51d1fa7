import type { ImportSite } from "./scan-source.ts";
import type { SourceFile } from "./source-file.ts";

/** Path from the root of an import within the same workspace; null for packages. */
export function resolveInside(file: SourceFile, { specifier }: ImportSite): string | null {
  if (specifier.startsWith("#")) return `${file.workspace}/src/${specifier.slice(1)}`;
  if (!specifier.startsWith(".")) return null;
  const parts = file.path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
