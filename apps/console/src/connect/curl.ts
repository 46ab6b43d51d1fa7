// A request of JSON as a command for a shell.

/** Where a request goes, and by whose key. */
export interface Address {
  /** Of the gateway, without a slash at its end. */
  readonly url: string;
  readonly key: string;
}

/**
 * Short ones in the line; others as they are, since a shell reads nothing into a quoted here-document. Invariant: whatever somebody
 * else has written into a request, a shell reads one command of it.
 */
export function curl(url: string, headers: Readonly<Record<string, string>>, body: string): string {
  const given = { ...headers, "Content-Type": "application/json" };
  const head = [`curl ${quoted(url)}`, ...Object.entries(given).map(([name, value]) => `  -H "${name}: ${value}"`)];
  const isShort = body.length <= 200 && !/['\n]/.test(body);
  return [...head, isShort ? `  -d '${body}'` : hereDocument(body)].join(" \\\n");
}

function hereDocument(body: string): string {
  const lines = new Set(body.split("\n"));
  let end = "JSON";
  while (lines.has(end)) end += "_";
  return `  --data-binary @- <<'${end}'\n${body}\n${end}`;
}

function quoted(url: string): string {
  return /^[\w:/.%-]+$/.test(url) ? url : `'${url.replaceAll("'", "%27")}'`;
}
