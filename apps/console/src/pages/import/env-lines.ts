/** `NAME=value` lines, as files for environments have them: with or without `export`, values in quotes or without, comments behind `#`. */
export function readEnvLines(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name = "", rest = ""] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== "") values[name] = valueOf(rest.trim());
  }
  return values;
}

function valueOf(text: string): string {
  const [, quote = "", inner = ""] = /^(["'`])(.*?)\1/.exec(text) ?? [];
  if (quote === '"') return inner.replaceAll("\\n", "\n");
  return quote === "" ? text.replace(/\s+#.*$/, "").replace(/^#.*$/, "") : inner;
}
