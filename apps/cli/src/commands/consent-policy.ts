import { readFileSync } from "node:fs";
import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import { parseCount } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes, notFound } from "#exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findKey, findTeam, findUser } from "#lookup.ts";

type Policy = RouteAnswer<AdminRoutes["consentPolicies"]["get"]>;
type Given = RouteInput<AdminRoutes["consentPolicies"]["create"]>["body"];

interface CreateOptions {
  readonly name?: string;
  readonly of?: string;
  readonly models?: readonly string[];
  readonly above?: string;
  readonly classes?: readonly string[];
  readonly minutes?: number;
  readonly file?: string;
}

export function addConsentPolicyCommand(consent: Command, contextOf: ContextOf): void {
  const policy = consent.command("policy").description("which requests wait");
  addCreate(policy, contextOf);
  addSwitch(policy, contextOf);

  policy
    .command("list")
    .description("list policies")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const policies = await listAll((query) => client.consentPolicies.list({ query }));
      output.table(policies, columns, "No request waits for anybody's consent.");
    });

  policy
    .command("delete <name>")
    .description("delete a policy; it holds nothing any more")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findPolicy(client, name);
      output.show(await client.consentPolicies.remove({ params: { id } }), [`Deleted ${name}`]);
    });
}

function addCreate(policy: Command, contextOf: ContextOf): void {
  policy
    .command("create")
    .description("hold requests that meet all of these, of everybody where nobody is named")
    .option("--name <name>", "what it is called")
    .option("--of <who>", "of a key, by its public part, of a user, by the e-mail address, or of team:NAME")
    .option("--models <patterns...>", "models and aliases, with * as wildcard")
    .option("--above <usd>", "what may cost more than that, or nobody can say")
    .option("--classes <classes...>", "in which the privacy policy finds one of these, such as email")
    .option("--minutes <count>", "for how long a decision counts; 60 where left out", parseCount)
    .option("--file <path>", "the policy as JSON, with hours; the options above go before it")
    .action(async (options: CreateOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const created = await client.consentPolicies.create({ body: await toBody(client, options) });
      output.show(created, [`Created ${created.name} (${created.id})`]);
    });
}

function addSwitch(policy: Command, contextOf: ContextOf): void {
  for (const isActive of [true, false])
    policy
      .command(`${isActive ? "enable" : "disable"} <name>`)
      .description(isActive ? "hold requests by it again" : "hold nothing by it for a while")
      .action(async (name: string, _options: object, command: Command) => {
        const { output, connect } = contextOf(command);
        const { client } = await connect();
        const { id } = await findPolicy(client, name);
        const changed = await client.consentPolicies.update({ params: { id }, body: { is_active: isActive } });
        output.show(changed, [`${isActive ? "Enabled" : "Disabled"} ${changed.name}`]);
      });
}

/** What is wrong with it, the server judges. */
async function toBody(client: Client, options: CreateOptions): Promise<Given> {
  const { name, of, models, above, classes, minutes, file } = options;
  const given: Partial<Given> = file === undefined ? {} : readPolicy(file);
  return {
    ...given,
    name: name ?? given.name ?? "",
    ...(of !== undefined && { applies_to: await findConsentHolder(client, of) }),
    ...(models !== undefined && { models: [...models] }),
    ...(above !== undefined && { above_usd: above }),
    ...(classes !== undefined && { privacy_classes: classes as Given["privacy_classes"] }),
    ...(minutes !== undefined && { valid_minutes: minutes }),
  };
}

interface Holder {
  readonly kind: "key" | "user" | "team";
  readonly id: string;
}

/** What has an @ in it is an e-mail address; teams are told by a word before their name. */
export async function findConsentHolder(client: Client, name: string): Promise<Holder> {
  if (name.startsWith("team:")) return { kind: "team", id: (await findTeam(client, name.slice(5))).id };
  if (name.includes("@")) return { kind: "user", id: (await findUser(client, name)).id };
  return { kind: "key", id: (await findKey(client, name)).id };
}

function readPolicy(path: string): Partial<Given> {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new CliError("invalid_file", `${path} is no file with a policy as JSON`, exitCodes.usage);
  }
}

async function findPolicy(client: Client, name: string): Promise<Policy> {
  const policies = await listAll((query) => client.consentPolicies.list({ query }));
  const found = policies.find((one) => one.id === name || one.name === name);
  if (found === undefined) throw notFound("consent policy", name);
  return found;
}

const columns = {
  name: ({ name }: Policy) => name,
  "applies to": ({ applies_to: { kind, id } }: Policy) => (id === null ? kind : `${kind} ${id}`),
  models: ({ models }: Policy) => models?.join(", ") ?? "all",
  "above usd": ({ above_usd: above }: Policy) => above ?? "-",
  classes: ({ privacy_classes: classes }: Policy) => classes?.join(", ") ?? "-",
  hours: ({ hours }: Policy) =>
    hours === null ? "-" : `${hours.outside ? "outside " : ""}${hours.from} to ${hours.to} ${hours.time_zone}`,
  minutes: ({ valid_minutes: minutes }: Policy) => String(minutes),
  active: ({ is_active: isActive }: Policy) => (isActive ? "yes" : "no"),
};
