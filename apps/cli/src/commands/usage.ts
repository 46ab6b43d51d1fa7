import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { readStream } from "@ghostllm/contract/read-stream";
import { adminRoutes } from "@ghostllm/contract/routes";
import { Option } from "commander";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { findTeam, findUser } from "#lookup.ts";
import { writePieces } from "#written-pieces.ts";

type Summary = RouteAnswer<AdminRoutes["usage"]["summary"]>;
type Line = Summary["data"][number];

const groupings = ["hour", "day", "user", "api_key", "team", "organisation", "provider", "model"] as const;

interface UsageOptions {
  readonly by: (typeof groupings)[number];
  readonly from?: string;
  readonly to?: string;
  readonly user?: string;
  readonly team?: string;
  readonly limit: string;
}

export function addUsageCommand(program: Command, contextOf: ContextOf): void {
  const usage = program.command("usage");
  addExport(usage, contextOf);
  usage
    .description("what was used and what it cost")
    .addOption(new Option("--by <group>", "what to sum by").choices(groupings).default("day"))
    .option("--from <time>", "date or RFC 3339 time, inclusive")
    .option("--to <time>", "date or RFC 3339 time, exclusive")
    .option("--user <email-or-id>", "only this user's")
    .option("--team <name-or-id>", "only this team's")
    .option("--limit <number>", "so many groups, the dearest first; of times all", "100")
    .action(async ({ by, from, to, user, team, limit }: UsageOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const summary = await client.usage.summary({
        query: {
          ...{ group_by: by, limit: Number(limit) },
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
          ...(team !== undefined && { team_id: (await findTeam(client, team)).id }),
          ...(user !== undefined && { user_id: (await findUser(client, user)).id }),
        },
      });
      if (output.isJson) return output.show(summary, []);
      const rows =
        summary.data.length === 0
          ? []
          : [...summary.data, { group: summary.is_whole ? "total" : "total of all", ...summary.total }];
      output.table(rows, columns, "Nothing was used.");
    });
}

interface ExportOptions extends Pick<UsageOptions, "from" | "to" | "user" | "team"> {
  readonly groupBy?: string;
  readonly bucket?: string;
  readonly requests?: boolean;
  readonly format: "csv" | "ndjson";
  readonly output?: string;
}

function addExport(usage: Command, contextOf: ContextOf): void {
  usage
    .command("export")
    .description("write sums by time and by up to two dimensions, or single requests, a line each")
    .option("--group-by <dimensions>", "one or two of model, provider, key, user, team, organisation, alias, status")
    .addOption(new Option("--bucket <length>", "how time is divided").choices(["minute", "hour", "day", "none"]))
    .option("--requests", "every single request instead of sums")
    .addOption(new Option("--format <form>", "of the lines").choices(["csv", "ndjson"]).default("csv"))
    .option("--from <time>", "date or RFC 3339 time, inclusive")
    .option("--to <time>", "date or RFC 3339 time, exclusive")
    .option("--user <email-or-id>", "only this user's")
    .option("--team <name-or-id>", "only this team's")
    .option("--output <file>", "write them there instead of to the standard output")
    .action(async (_options: object, command: Command) => {
      // Those of the same name are taken by the command above, wherever they stand.
      const options = command.optsWithGlobals<ExportOptions>();
      const { streams, connect } = contextOf(command);
      const { client, url, key } = await connect();
      const { groupBy, bucket, from, to, user, team } = options;
      const sums = { ...(groupBy !== undefined && { group_by: groupBy }), ...(bucket !== undefined && { bucket }) };
      const query = {
        ...(options.requests === true ? {} : sums),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(team !== undefined && { team_id: (await findTeam(client, team)).id }),
        ...(user !== undefined && { user_id: (await findUser(client, user)).id }),
      };
      const routes = options.requests === true ? adminRoutes.requests : adminRoutes.usage;
      const route = options.format === "csv" ? routes.export : routes.exportNdjson;
      await writePieces(readStream({ baseUrl: url, apiKey: key, route, query }), streams, options.output);
    });
}

const columns = {
  group: ({ group }: Line) => group,
  requests: ({ requests }: Line) => String(requests),
  errors: ({ errors }: Line) => String(errors),
  "tokens in": ({ prompt_tokens: tokens }: Line) => String(tokens),
  "tokens out": ({ completion_tokens: tokens }: Line) => String(tokens),
  "cost usd": ({ cost_usd: cost }: Line) => cost,
  unpriced: ({ unpriced_requests: unpriced }: Line) => String(unpriced),
};
