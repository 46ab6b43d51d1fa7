import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { printable } from "#output.ts";

type System = RouteAnswer<AdminRoutes["system"]["read"]>;
type Instance = NonNullable<System["instances"]>[number];

export function addStatusCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("status")
    .description("how the server is, and which instances share its database")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const system = await client.system.read();
      output.show(system, linesOf(system).map(printable));
    });
}

function linesOf(system: System): string[] {
  const { version, uptime_seconds: seconds, database, parts, instances, leases } = system;
  const { kind, healthy, detail, replica } = database;
  return [
    `GhostLLM ${version}, up for ${durationOf(seconds)}`,
    `database: ${detail === kind ? kind : `${kind}, ${detail}`}${healthy ? "" : ", not well"}`,
    ...(replica === null ? [] : [`replica: ${replica.detail}`]),
    ...parts.filter((part) => !part.healthy).map((part) => `not well: ${part.name}, ${part.detail}`),
    ...section("instances:", (instances ?? []).map(instanceLine)),
    ...section(
      "leases:",
      (leases ?? []).map(({ name, holder }) => `  ${name}: ${holderOf(holder, instances ?? [])}`),
    ),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

function instanceLine(one: Instance): string {
  const workers = one.workers === 1 ? "1 worker" : `${one.workers} workers`;
  const seen = one.alive ? (one.is_this ? "this one" : "alive") : `not seen since ${one.seen_at}`;
  return `  ${one.id}  ${one.host} ${one.process_id}  ${one.version}  ${one.services.join(",")}  ${workers}  since ${one.started_at}  ${seen}`;
}

function holderOf(holder: string | null, instances: readonly Instance[]): string {
  if (holder === null) return "nobody";
  const instance = instances.find(({ id }) => id === holder);
  return instance === undefined ? holder : `${holder} (${instance.host} ${instance.process_id})`;
}

function durationOf(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
