import type { Command } from "commander";
import { addBounds, toBounds } from "#arguments.ts";
import type { BoundOptions } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findOrganisation } from "#lookup.ts";
import type { Organisation } from "#lookup.ts";
import { spentOf } from "#output.ts";
import { addPrivacyCommand } from "./privacy.ts";

export function addOrganisationCommand(program: Command, contextOf: ContextOf): void {
  const organisation = program
    .command("organisation")
    .alias("organisations")
    .description("organisations, which teams belong to");
  addCreate(organisation, contextOf);
  addUpdate(organisation, contextOf);
  addPrivacyCommand(organisation, contextOf, privacyHolders);

  organisation
    .command("list")
    .description("list organisations")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const organisations = await listAll((query) => client.organisations.list({ query }));
      output.table(organisations, columns, "There are no organisations.");
    });

  organisation
    .command("delete <name-or-id>")
    .description("delete an organisation that has no teams; usage records stay")
    .action(async (given: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, name } = await findOrganisation(client, given);
      output.show(await client.organisations.remove({ params: { id } }), [`Deleted ${name}`]);
    });
}

function addCreate(organisation: Command, contextOf: ContextOf): void {
  const create = organisation
    .command("create")
    .description("create an organisation")
    .requiredOption("--name <name>", "what it is called");
  addBounds(create).action(async (options: BoundOptions & { readonly name: string }, command: Command) => {
    const { output, connect } = contextOf(command);
    const { client } = await connect();
    const created = await client.organisations.create({ body: { name: options.name, ...toBounds(options) } });
    output.show(created, [`Created ${created.name} (${created.id})`]);
  });
}

function addUpdate(organisation: Command, contextOf: ContextOf): void {
  const update = organisation
    .command("update <name-or-id>")
    .description("change an organisation; what is left out stays as it is")
    .option("--name <name>", "what it is called from now on");
  addBounds(update).action(async (given: string, options: BoundOptions & { name?: string }, command: Command) => {
    const { output, connect } = contextOf(command);
    const { client } = await connect();
    const { id } = await findOrganisation(client, given);
    const body = { ...(options.name !== undefined && { name: options.name }), ...toBounds(options) };
    const changed = await client.organisations.update({ params: { id }, body });
    output.show(changed, [`Changed ${changed.name} (${changed.id})`]);
  });
}

const privacyHolders: Parameters<typeof addPrivacyCommand>[2] = {
  argument: "name-or-id",
  what: "all keys of an organisation",
  find: findOrganisation,
  update: (client, id, privacy) => client.organisations.update({ params: { id }, body: { privacy } }),
};

const columns = {
  name: ({ name }: Organisation) => name,
  "spent usd": ({ spent_usd: spent, budget_usd: budget }: Organisation) => spentOf(spent, budget),
  created: ({ created_at: created }: Organisation) => created.slice(0, 10),
  id: ({ id }: Organisation) => id,
};
