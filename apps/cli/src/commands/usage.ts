import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { Option } from "commander";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { findTeam, findUser } from "#lookup.ts";

type Summary = RouteAnswer<AdminRoutes["usage"]["summary"]>;
type Line = Summary["data"][number];

const groupings = ["hour", "day", "user", "api_key", "team", "organisation", "provider", "model"] as const;

interface UsageOptions {
  readonly by: (typeof groupings)[number];
  readonly from?: string;
  readonly to?: string;
  readonly user?: string;
  readonly team?: string;
}

export function addUsageCommand(program: Command, contextOf: ContextOf): void {
  program
    .command("usage")
    .description("what was used and what it cost")
    .addOption(new Option("--by <group>", "what to sum by").choices(groupings).default("day"))
    .option("--from <time>", "date or RFC 3339 time, inclusive")
    .option("--to <time>", "date or RFC 3339 time, exclusive")
    .option("--user <email-or-id>", "only this user's")
    .option("--team <name-or-id>", "only this team's")
    .action(async ({ by, from, to, user, team }: UsageOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const summary = await client.usage.summary({
        query: {
          group_by: by,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
          ...(team !== undefined && { team_id: (await findTeam(client, team)).id }),
          ...(user !== undefined && { user_id: (await findUser(client, user)).id }),
        },
      });
      if (output.isJson) return output.show(summary, []);
      const rows = summary.data.length === 0 ? [] : [...summary.data, { group: "total", ...summary.total }];
      output.table(rows, columns, "Nothing was used.");
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
