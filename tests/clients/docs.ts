// The tables of docs/clients.md, from a run: what is in them was seen, but for what `sdk.ts` says of pauses that no test waits for.

import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Cell } from "./play.ts";
import { scenarios } from "./scenarios.ts";
import type { ReadyClient } from "./stack.ts";

const file = resolve(import.meta.dirname, "../../docs/clients.md");
const begin = "<!-- npm run test:clients -- --write-docs -->";
const end = "<!-- end -->";

type Row = readonly string[];

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

class Seen {
  readonly #cells: readonly Cell[];

  constructor(cells: readonly Cell[]) {
    this.#cells = cells;
  }

  /** Of the vendor of the client's own format first. */
  private of(client: string, scenario: string): readonly Cell[] {
    return this.#cells.filter((cell) => cell.client === client && cell.scenario === scenario);
  }

  works(client: string, scenario: string): string {
    const cells = this.of(client, scenario);
    if (cells.length === 0) return "";
    return cells.every(({ faults }) => faults.length === 0) ? "yes" : "**no**";
  }

  raised(client: string, scenario: string): string {
    const words = this.of(client, scenario).map(({ raised, status, requests, faults }) => {
      const told = raised === null ? "nothing" : `\`${raised}\`${status === null ? "" : ` ${status}`}`;
      const again = requests > 1 ? ` ×${requests}` : "";
      return `${told}${again}${faults.length > 0 ? " (**wrong**)" : ""}`;
    });
    return [...new Set(words)].join(", ");
  }
}

function successes(clients: readonly ReadyClient[], seen: Seen): string {
  const columns = scenarios.filter(({ raises }) => raises === undefined).map(({ name }) => name);
  const rows = clients.map(({ client, versions, sdk }) => [
    client.name,
    Object.entries(versions)
      .map(([name, version]) => (name === sdk.split("-", 1)[0] ? version : `${name} ${version}`))
      .join(", "),
    `${client.dialect} → ${client.across}`,
    ...columns.map((scenario) => seen.works(client.name, scenario)),
    client.notes ?? "",
  ]);
  return table(["Client", "Version", "Vendors", ...columns, "Notes"], rows);
}

function failures(clients: readonly ReadyClient[], seen: Seen): string {
  const columns = scenarios.filter((scenario) => scenario.raises !== undefined).map(({ name }) => name);
  const rows = clients.map(({ client }) => [
    client.name,
    ...columns.map((scenario) => seen.raised(client.name, scenario)),
  ]);
  return table(["Client", ...columns], rows);
}

function persistence(clients: readonly ReadyClient[]): string {
  const rows = clients.map(({ client: { name, persistence: after, keepAlive } }) => {
    return [name, after.retries, after.obeys ? "yes" : "no", after.retryAfter, keepAlive];
  });
  return table(
    ["Client", "Asks again by itself", "Obeys `x-should-retry: false`", "Waits for `Retry-After`", "Keep-alive"],
    rows,
  );
}

export function tablesOf(clients: readonly ReadyClient[], cells: readonly Cell[]): string {
  const seen = new Seen(cells);
  return [
    successes(clients, seen),
    "What is raised, and with which status. ×3: the client asked three times for one call.",
    failures(clients, seen),
    "How clients go on after a failure. The longer pauses are not waited for in each run: they were measured once, apart.",
    persistence(clients),
  ].join("\n\n");
}

export function writeDocs(clients: readonly ReadyClient[], cells: readonly Cell[]): void {
  const docs = readFileSync(file, "utf8");
  const [before, rest] = docs.split(`${begin}\n`);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${file} has no ${begin} ... ${end}`);
  writeFileSync(file, `${before}${begin}\n\n${tablesOf(clients, cells)}\n\n${end}${after}`);
}
