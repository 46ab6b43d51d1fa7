import { readFileSync, writeFileSync } from "node:fs";

/** Replaces what stands between the markers of this name. */
export function writeBetweenMarkers(file: URL, text: string, name = "bench"): void {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const page = readFileSync(file, "utf8");
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file.pathname} has no ${begin} ... ${end}`);
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`);
}
