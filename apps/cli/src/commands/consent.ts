import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import { parseCount } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import { orDash } from "#output.ts";
import { addConsentPolicyCommand, findConsentHolder } from "./consent-policy.ts";

type Consent = RouteAnswer<AdminRoutes["consents"]["get"]>;
type Query = NonNullable<RouteInput<AdminRoutes["consents"]["list"]>["query"]>;

interface ListOptions {
  readonly status?: string;
  readonly of?: string;
  readonly model?: string;
  readonly limit: number;
}

interface DecisionOptions {
  readonly note?: string;
  readonly minutes?: number;
}

const statuses = ["pending", "approved", "refused", "used", "expired"] as const;

export function addConsentCommand(program: Command, contextOf: ContextOf): void {
  const consent = program.command("consent").description("requests that wait until somebody approves them");
  addList(consent, contextOf);
  addDecision(consent, contextOf, "approve");
  addDecision(consent, contextOf, "refuse");
  addConsentPolicyCommand(consent, contextOf);
}

function addList(consent: Command, contextOf: ContextOf): void {
  consent
    .command("list")
    .description("list them, the latest first")
    .option("--status <status>", `one of ${statuses.join(", ")}`)
    .option("--of <who>", "of a key, by its public part, of a user, by the e-mail address, or of team:NAME")
    .option("--model <name>", "that ask for this model or alias")
    .option("--limit <count>", "how many at most", parseCount, 50)
    .action(async ({ status, of, model, limit }: ListOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const query: Query = {
        limit,
        ...(status !== undefined && { status: statusNamed(status) }),
        ...(of !== undefined && (await filterOf(client, of))),
        ...(model !== undefined && { model }),
      };
      output.table((await client.consents.list({ query })).data, columns, "No request waits.");
    });
}

function addDecision(consent: Command, contextOf: ContextOf, name: "approve" | "refuse"): void {
  const isApproval = name === "approve";
  consent
    .command(`${name} <id>`)
    .description(isApproval ? "let the same request pass, once" : "refuse a request, which its caller is told")
    .option("--note <text>", "what is written to it")
    .option("--minutes <count>", "for how long it counts; as the policy says where left out", parseCount)
    .action(async (id: string, { note, minutes }: DecisionOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const body = { ...(note !== undefined && { note }), ...(minutes !== undefined && { valid_minutes: minutes }) };
      const decided = await client.consents[name]({ params: { id }, body });
      output.show(decided, [`${isApproval ? "Approved" : "Refused"} ${id}, until ${decided.ends_at}`]);
    });
}

async function filterOf(client: Client, name: string): Promise<Query> {
  const { kind, id } = await findConsentHolder(client, name);
  return { [`${kind}_id`]: id };
}

function statusNamed(text: string): (typeof statuses)[number] {
  const found = statuses.find((one) => one === text);
  if (found !== undefined) return found;
  throw new CliError("unknown_status", `Name one of ${statuses.join(", ")}`, exitCodes.usage);
}

const columns = {
  status: ({ status }: Consent) => status,
  model: ({ model }: Consent) => model,
  key: ({ key_name: name }: Consent) => orDash(name),
  user: ({ username }: Consent) => orDash(username),
  "most usd": ({ cost_usd: cost }: Consent) => orDash(cost),
  policies: ({ policies }: Consent) => policies.map(({ name }) => name).join(", "),
  until: ({ ends_at: at }: Consent) => at.slice(0, 16),
  id: ({ id }: Consent) => id,
};
