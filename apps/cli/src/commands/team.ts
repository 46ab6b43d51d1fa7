import type { Client } from "@ghostllm/contract/client";
import { promptPolicies } from "@ghostllm/contract";
import type { PromptPolicy } from "@ghostllm/contract";
import { Option } from "commander";
import type { Command } from "commander";
import { addBounds, toBounds } from "#arguments.ts";
import type { BoundOptions } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findOrganisation, findTeam } from "#lookup.ts";
import type { Team } from "#lookup.ts";
import { orDash, spentOf } from "#output.ts";
import { addPrivacyCommand } from "./privacy.ts";
import { addTeamMemberCommands } from "./team-members.ts";

interface CreateOptions extends BoundOptions {
  readonly name: string;
  readonly organisation?: string;
  readonly models?: readonly string[];
  readonly membersMakeKeys?: boolean;
  readonly storePrompts?: PromptPolicy;
}

interface UpdateOptions extends BoundOptions {
  readonly name?: string;
  readonly models?: readonly string[];
  readonly allModels?: boolean;
  readonly membersMakeKeys?: boolean;
  readonly storePrompts?: PromptPolicy;
}

const storing = (): Option =>
  new Option("--store-prompts <what>", "of requests of keys that say nothing of it, sealed").choices(promptPolicies);

export function addTeamCommand(program: Command, contextOf: ContextOf): void {
  const team = program.command("team").alias("teams").description("teams, whose keys share limits and a budget");
  addCreate(team, contextOf);
  addUpdate(team, contextOf);
  addList(team, contextOf);
  addDelete(team, contextOf);
  addTeamMemberCommands(team, contextOf);
  addPrivacyCommand(team, contextOf, privacyHolders);
}

function addCreate(team: Command, contextOf: ContextOf): void {
  const create = team
    .command("create")
    .description("create a team")
    .requiredOption("--name <name>", "what it is called")
    .option("--organisation <name-or-id>", "which it belongs to, for good; none where left out")
    .option("--models <patterns...>", "models its keys may use at most, with * as wildcard; all where left out")
    .option("--members-make-keys", "its members may make keys of their own")
    .addOption(storing());
  addBounds(create).action(async (options: CreateOptions, command: Command) => {
    const { output, connect } = contextOf(command);
    const { client } = await connect();
    const created = await client.teams.create({
      body: {
        name: options.name,
        ...(await organisationOf(client, options.organisation)),
        ...(options.models !== undefined && { models: [...options.models] }),
        members_make_keys: options.membersMakeKeys === true,
        ...(options.storePrompts !== undefined && { store_prompts: options.storePrompts }),
        ...toBounds(options),
      },
    });
    output.show(created, [`Created ${created.name} (${created.id})`]);
  });
}

function addUpdate(team: Command, contextOf: ContextOf): void {
  const update = team
    .command("update <name-or-id>")
    .description("change a team; what is left out stays as it is")
    .option("--name <name>", "what it is called from now on")
    .option("--models <patterns...>", "models its keys may use at most, with * as wildcard")
    .option("--all-models", "its keys may use what they allow themselves")
    .option("--members-make-keys", "its members may make keys of their own")
    .option("--no-members-make-keys", "its members may not")
    .addOption(storing());
  addBounds(update).action(async (given: string, options: UpdateOptions, command: Command) => {
    const { output, connect } = contextOf(command);
    const { client } = await connect();
    const { id } = await findTeam(client, given);
    const models = options.allModels === true ? null : options.models && [...options.models];
    const body = {
      ...(options.name !== undefined && { name: options.name }),
      ...(models !== undefined && { models }),
      ...(options.membersMakeKeys !== undefined && { members_make_keys: options.membersMakeKeys }),
      ...(options.storePrompts !== undefined && { store_prompts: options.storePrompts }),
      ...toBounds(options),
    };
    const changed = await client.teams.update({ params: { id }, body });
    output.show(changed, [`Changed ${changed.name} (${changed.id})`]);
  });
}

function addList(team: Command, contextOf: ContextOf): void {
  team
    .command("list")
    .description("list teams")
    .option("--organisation <name-or-id>", "only those of this organisation")
    .action(async ({ organisation }: { organisation?: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const asked = await organisationOf(client, organisation);
      const teams = await listAll((query) => client.teams.list({ query: { ...query, ...asked } }));
      output.table(teams, columns, "There are no teams.");
    });
}

function addDelete(team: Command, contextOf: ContextOf): void {
  team
    .command("delete <name-or-id>")
    .description("delete a team none of whose keys works; who is in it stays, and so do usage records")
    .action(async (given: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, name } = await findTeam(client, given);
      output.show(await client.teams.remove({ params: { id } }), [`Deleted ${name}`]);
    });
}

async function organisationOf(client: Client, name: string | undefined): Promise<{ organisation_id?: string }> {
  return name === undefined ? {} : { organisation_id: (await findOrganisation(client, name)).id };
}

const privacyHolders: Parameters<typeof addPrivacyCommand>[2] = {
  argument: "name-or-id",
  what: "all keys of a team",
  find: findTeam,
  update: (client, id, privacy) => client.teams.update({ params: { id }, body: { privacy } }),
};

const columns = {
  name: ({ name }: Team) => name,
  members: ({ members }: Team) => String(members),
  models: ({ models }: Team) => (models === null ? "all" : models.join(" ")),
  "spent usd": ({ spent_usd: spent, budget_usd: budget }: Team) => spentOf(spent, budget),
  organisation: ({ organisation_id: organisation }: Team) => orDash(organisation),
  declared: ({ declared }: Team) => orDash(declared),
  id: ({ id }: Team) => id,
};
