import type { Command } from "commander";
import { addBounds, toBounds } from "#arguments.ts";
import type { BoundOptions } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findServiceAccount, findTeam } from "#lookup.ts";
import type { ServiceAccount } from "#lookup.ts";
import { spentOf } from "#output.ts";

export function addServiceAccountCommand(program: Command, contextOf: ContextOf): void {
  const account = program
    .command("service-account")
    .alias("service-accounts")
    .description("accounts of teams that hold keys for programs");
  addCreate(account, contextOf);
  addList(account, contextOf);

  account
    .command("delete <name-or-id>")
    .description("delete a service account with its keys; usage records stay")
    .action(async (given: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, name } = await findServiceAccount(client, given);
      output.show(await client.serviceAccounts.remove({ params: { id } }), [`Deleted ${name}`]);
    });
}

interface CreateOptions extends BoundOptions {
  readonly name: string;
  readonly team: string;
}

function addCreate(account: Command, contextOf: ContextOf): void {
  const create = account
    .command("create")
    .description("create a service account")
    .requiredOption("--name <name>", "what it is called")
    .requiredOption("--team <name-or-id>", "the team that it is of");
  addBounds(create).action(async (options: CreateOptions, command: Command) => {
    const { output, connect } = contextOf(command);
    const { client } = await connect();
    const { id } = await findTeam(client, options.team);
    const body = { name: options.name, team_id: id, ...toBounds(options) };
    const created = await client.serviceAccounts.create({ body });
    output.show(created, [`Created ${created.name} (${created.id})`]);
  });
}

function addList(account: Command, contextOf: ContextOf): void {
  account
    .command("list")
    .description("list service accounts")
    .option("--team <name-or-id>", "only those of this team")
    .action(async ({ team }: { team?: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const asked = team === undefined ? {} : { team_id: (await findTeam(client, team)).id };
      const accounts = await listAll((query) => client.serviceAccounts.list({ query: { ...query, ...asked } }));
      output.table(accounts, columns, "There are no service accounts.");
    });
}

const columns = {
  name: ({ name }: ServiceAccount) => name,
  "spent usd": ({ spent_usd: spent, budget_usd: budget }: ServiceAccount) => spentOf(spent, budget),
  state: ({ is_active: isActive }: ServiceAccount) => (isActive ? "active" : "off"),
  team: ({ team_id: team }: ServiceAccount) => team,
  id: ({ id }: ServiceAccount) => id,
};
