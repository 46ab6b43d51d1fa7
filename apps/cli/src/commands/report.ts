import type { Client } from "@ghostllm/contract/client";
import { readStream } from "@ghostllm/contract/read-stream";
import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { Option, type Command } from "commander";
import { parseCount } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { notFound } from "#exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findTeam, findUser } from "#lookup.ts";
import { orDash } from "#output.ts";
import { writePieces } from "#written-pieces.ts";

type Report = RouteAnswer<AdminRoutes["reports"]["get"]>;
type Run = RouteAnswer<AdminRoutes["reports"]["run"]>;

interface CreateOptions {
  readonly name: string;
  readonly every: "day" | "week" | "month";
  readonly hour?: number;
  readonly timeZone?: string;
  readonly groupBy?: string;
  readonly periods?: number;
  readonly user?: string;
  readonly team?: string;
  readonly to?: readonly string[];
  readonly webhook?: string;
}

export function addReportCommand(program: Command, contextOf: ContextOf): void {
  const report = program.command("report").description("usage that is sent to people, or to a webhook, at due times");
  addCreate(report, contextOf);
  report
    .command("list")
    .description("list reports")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.table(await listAll((query) => client.reports.list({ query })), columns, "There are no reports.");
    });
  addMaking(report, contextOf);
  addDownload(report, contextOf);
  report
    .command("delete <name-or-id>")
    .description("delete a report, with what became of it so far")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await find(client, name);
      output.show(await client.reports.remove({ params: { id } }), [`Deleted ${name}`]);
    });
}

function addCreate(report: Command, contextOf: ContextOf): void {
  report
    .command("create")
    .description("have a report made at due times, of what you may see then")
    .requiredOption("--name <name>", "what it is called")
    .addOption(new Option("--every <unit>", "when").choices(["day", "week", "month"]).makeOptionMandatory())
    .option("--hour <hour>", "hours after the beginning of the day; 6 where left out", parseHour)
    .option("--time-zone <name>", "such as Europe/Berlin; UTC where left out")
    .option("--group-by <dimensions>", "one or two of model, provider, key, user, team, organisation, alias, status")
    .option("--periods <count>", "the last so many days, weeks or months; 1 where left out", parseCount)
    .option("--user <email-or-id>", "only this user's usage")
    .option("--team <name-or-id>", "only this team's usage")
    .option("--to <email...>", "by mail to these")
    .option("--webhook <name-or-id>", "to this webhook")
    .action(async (options: CreateOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { name, every, hour, timeZone, groupBy, periods, user, team, to, webhook } = options;
      const created = await client.reports.create({
        body: {
          name,
          schedule: {
            every,
            ...(hour !== undefined && { hour }),
            ...(timeZone !== undefined && { time_zone: timeZone }),
          },
          ...(groupBy !== undefined && { group_by: groupBy }),
          ...(periods !== undefined && { periods }),
          filter: {
            ...(user !== undefined && { user_id: (await findUser(client, user)).id }),
            ...(team !== undefined && { team_id: (await findTeam(client, team)).id }),
          },
          ...(to !== undefined && { recipients: [...to] }),
          ...(webhook !== undefined && { webhook_id: await findWebhook(client, webhook) }),
        },
      });
      output.show(created, [`${created.name} is due at ${orDash(created.next_at)}`]);
    });
}

function addMaking(report: Command, contextOf: ContextOf): void {
  report
    .command("run <name-or-id>")
    .description("make a report now")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await find(client, name);
      const run = await client.reports.run({ params: { id } });
      output.show(run, [`${name} is made; \`ghostllm report runs\` says what became of it`]);
    });
  report
    .command("runs <name-or-id>")
    .description("list what became of a report, the latest first")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await find(client, name);
      const runs = await listAll((query) => client.reports.runs({ params: { id }, query }));
      output.table(runs, runColumns, "It was not due yet.");
    });
}

function addDownload(report: Command, contextOf: ContextOf): void {
  report
    .command("download <name-or-id>")
    .description("write what a report says, as CSV, and send it to nobody")
    .option("--before <time>", "of the whole periods before this date or time; now where left out")
    .option("--output <file>", "write it there instead of to the standard output")
    .action(async (name: string, { before, output: path }: DownloadOptions, command: Command) => {
      const { streams, connect } = contextOf(command);
      const { client, url, key } = await connect();
      const { id } = await find(client, name);
      const route = { ...adminRoutes.reports.content, path: `/admin/reports/${id}/content` } as const;
      const query = before === undefined ? {} : { before };
      await writePieces(readStream({ baseUrl: url, apiKey: key, route, query }), streams, path);
    });
}

interface DownloadOptions {
  readonly before?: string;
  readonly output?: string;
}

/** The first hour of a day is 0. */
function parseHour(text: string): number {
  return text === "0" ? 0 : parseCount(text);
}

async function find(client: Client, name: string): Promise<Report> {
  const reports = await listAll((query) => client.reports.list({ query }));
  const report = reports.find((one) => one.id === name || one.name === name);
  if (report === undefined) throw notFound("report", name);
  return report;
}

async function findWebhook(client: Client, name: string): Promise<string> {
  const webhooks = await listAll((query) => client.webhooks.list({ query }));
  const webhook = webhooks.find((one) => one.id === name || one.name === name);
  if (webhook === undefined) throw notFound("webhook", name);
  return webhook.id;
}

const columns = {
  name: ({ name }: Report) => name,
  every: ({ schedule: { every, hour, time_zone: zone } }: Report) => `${every}, ${hour}:00 ${zone}`,
  "next due": ({ next_at: at }: Report) => orDash(at),
  to: ({ recipients, webhook_id: webhook }: Report) =>
    [...recipients, ...(webhook === null ? [] : ["webhook"])].join(" "),
  id: ({ id }: Report) => id,
};

const runColumns = {
  due: ({ due_at: at }: Run) => at,
  state: ({ state }: Run) => state,
  late: ({ late }: Run) => (late ? "yes" : "no"),
  missed: ({ missed }: Run) => String(missed),
  attempts: ({ attempts }: Run) => String(attempts),
  rows: ({ rows }: Run) => (rows === null ? "-" : String(rows)),
  error: ({ error }: Run) => orDash(error),
};
