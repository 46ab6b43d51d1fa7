import { readFile, writeFile } from "node:fs/promises";
import type { Client } from "@ghostllm/contract/client";
import { readStream } from "@ghostllm/contract/read-stream";
import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { Option, type Command } from "commander";
import { parseCount } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes, notFound } from "#exit-codes.ts";
import { orDash, printable } from "#output.ts";
import { writePieces } from "#written-pieces.ts";

type Entry = RouteAnswer<AdminRoutes["audit"]["get"]>;
type Verification = RouteAnswer<AdminRoutes["audit"]["verify"]>;

interface FilterOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly object?: string;
  readonly outcome?: "done" | "refused" | "failed";
  readonly from?: string;
  readonly to?: string;
  readonly search?: string;
}

export function addAuditCommand(program: Command, contextOf: ContextOf): void {
  const audit = program.command("audit").description("who has done what");
  addList(audit, contextOf);
  addShow(audit, contextOf);
  addVerify(audit, contextOf);
  addExport(audit, contextOf);
}

function withFilter(command: Command): Command {
  return command
    .option("--actor <id-or-name>", "only what this user or key has done; a name may be its beginning")
    .option("--action <name>", "such as key.created; with a dot at the end all that begin so: key.")
    .option("--object <kind[:id]>", "only what was done to this, such as key or key:ID")
    .addOption(new Option("--outcome <outcome>", "how it ended").choices(["done", "refused", "failed"]))
    .option("--from <time>", "date or RFC 3339 time, inclusive")
    .option("--to <time>", "date or RFC 3339 time, exclusive")
    .option("--search <text>", "anywhere in names, addresses, ids of requests and what was changed");
}

function toFilter({ object, search, actor, action, outcome, from, to }: FilterOptions) {
  const [kind, id] = object?.split(":", 2) ?? [];
  return {
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(kind !== undefined && { object_kind: kind }),
    ...(id !== undefined && { object_id: id }),
    ...(outcome !== undefined && { outcome }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(search !== undefined && { q: search }),
  };
}

function addList(audit: Command, contextOf: ContextOf): void {
  withFilter(audit.command("list").description("list entries, the newest first"))
    .option("--limit <count>", "how many", parseCount, 50)
    .action(async ({ limit, ...filter }: FilterOptions & { limit: number }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.table(await readNewest(client, toFilter(filter), limit), columns, "There are no such entries.");
    });
}

async function readNewest(client: Client, filter: ReturnType<typeof toFilter>, most: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let before: string | null | undefined; before !== null && entries.length < most;) {
    const limit = Math.min(500, most - entries.length);
    const page = await client.audit.list({ query: { ...filter, limit, ...(before !== undefined && { before }) } });
    entries.push(...page.data);
    before = page.next;
  }
  return entries;
}

function addShow(audit: Command, contextOf: ContextOf): void {
  audit
    .command("show <place-or-id>")
    .description("show an entry with what was changed")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const entry = /^\d+$/.test(name) ? await atPlace(client, name) : await client.audit.get({ params: { id: name } });
      output.show(entry, describe(entry));
    });
}

async function atPlace(client: Client, place: string): Promise<Entry> {
  const [entry] = (await client.audit.list({ query: { limit: 1, before: String(Number(place) + 1) } })).data;
  if (entry?.place !== Number(place)) throw notFound("entry of the audit log", place);
  return entry;
}

function describe(entry: Entry): readonly string[] {
  const { actor, object, changes, details } = entry;
  const facts = {
    ...{ place: String(entry.place), id: entry.id, time: entry.happened_at, action: entry.action },
    ...{
      outcome: entry.outcome,
      actor: `${actor.name || "-"} (${actor.kind}${actor.id === null ? "" : `, ${actor.id}`})`,
    },
    object: object === null ? "-" : `${object.kind} ${object.name} (${orDash(object.id)})`,
    ...{ address: entry.address || "-", "user agent": entry.user_agent || "-", route: orDash(entry.route) },
    ...{ "request id": orDash(entry.request_id), hash: entry.hash },
  };
  const width = Math.max(...Object.keys(facts).map((name) => name.length));
  return [
    ...Object.entries(facts).map(([name, value]) => printable(`${name.padEnd(width)}  ${value}`)),
    ...Object.entries(details).map(([name, value]) => printable(`${name.padEnd(width)}  ${JSON.stringify(value)}`)),
    ...changes.flatMap(({ field, before, after }) => [
      ...["", printable(field)],
      printable(`  - ${JSON.stringify(before)}`),
      printable(`  + ${JSON.stringify(after)}`),
    ]),
  ];
}

function addVerify(audit: Command, contextOf: ContextOf): void {
  audit
    .command("verify")
    .description("find out whether anything was changed in the log; ends with 1 where it was")
    .option("--anchor <file>", "the log must still have the head that --save has written there")
    .option("--save <file>", "write the head there: keep it where nobody of this server can change it")
    .action(async ({ anchor, save }: { anchor?: string; save?: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const known = anchor === undefined ? undefined : await readAnchor(anchor);
      const { last, checked } = await verifyAll(client, known);
      output.show({ ...last, checked }, [sumUp(last, checked)]);
      if (last.problem !== null) throw new CliError("audit_not_whole", last.problem.message, exitCodes.failure);
      if (save !== undefined) await writeFile(save, `${last.head.place}:${last.head.hash}\n`);
    });
}

async function verifyAll(client: Client, anchor: string | undefined) {
  let checked = 0;
  for (let after: string | undefined; ;) {
    const query = { ...(after !== undefined && { after }), ...(anchor !== undefined && { anchor }) };
    const last: Verification = await client.audit.verify({ query });
    checked += last.checked;
    if (last.next === null) return { last, checked };
    after = last.next;
  }
}

async function readAnchor(file: string): Promise<string> {
  const text = (await readFile(file, "utf8")).trim();
  if (/^\d+:[0-9a-f]{64}$/.test(text)) return text;
  throw new CliError("invalid_anchor", `${file} holds no head that --save has written`, exitCodes.usage);
}

function sumUp({ problem, head, cut }: Verification, checked: number): string {
  if (problem !== null) return `Not whole, at ${problem.place}: ${problem.message}`;
  const cutOff = cut.place === 0 ? "" : `, of which those up to ${cut.place} are not kept any more`;
  return `Whole: ${checked} entries up to ${head.place}${cutOff}\nhead  ${head.place}:${head.hash}`;
}

function addExport(audit: Command, contextOf: ContextOf): void {
  withFilter(audit.command("export").description("write entries, the oldest first, one a line"))
    .addOption(new Option("--format <form>", "of the lines").choices(["ndjson", "cef"]).default("ndjson"))
    .option("--output <file>", "write them there instead of to the standard output")
    .action(async (options: FilterOptions & { format: "ndjson" | "cef"; output?: string }, command: Command) => {
      const { streams, connect } = contextOf(command);
      const { url, key } = await connect();
      const { export: asJson, exportCef: asCef } = adminRoutes.audit;
      const route = options.format === "cef" ? asCef : asJson;
      const pieces = readStream({ baseUrl: url, apiKey: key, route, query: toFilter(options) });
      await writePieces(pieces, streams, options.output);
    });
}

const columns = {
  place: ({ place }: Entry) => String(place),
  time: ({ happened_at: at }: Entry) => at,
  actor: ({ actor }: Entry) => actor.name || actor.kind,
  action: ({ action }: Entry) => action,
  object: ({ object }: Entry) => (object === null ? "-" : object.name || orDash(object.id)),
  outcome: ({ outcome }: Entry) => outcome,
  address: ({ address }: Entry) => address || "-",
};
