import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { extents } from "@ghostllm/contract";
import type { Extent } from "@ghostllm/contract";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";

type Role = RouteAnswer<AdminRoutes["roles"]["get"]>;

interface RoleOptions {
  readonly allow?: Record<string, Extent>;
  readonly description?: string;
}

export function addRoleCommand(program: Command, contextOf: ContextOf): void {
  const role = program.command("role").alias("roles").description("roles: what users may");
  addList(role, contextOf);
  addCreate(role, contextOf);
  addUpdate(role, contextOf);
  addDelete(role, contextOf);
}

function addList(role: Command, contextOf: ContextOf): void {
  role
    .command("list")
    .description("list roles, those that come with GhostLLM first")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.table((await client.roles.list()).data, columns, "There are no roles.");
    });
}

const allowing = "such as usage.read=all keys.read=team self.read=own; docs/permissions.md has the names";

/** `usage.read=all`, given once or more often. */
function collectGrant(text: string, before: Record<string, Extent> = {}): Record<string, Extent> {
  const [name = "", given] = text.split("=");
  const extent = extents.find((one) => one === given);
  if (name === "" || extent === undefined)
    throw new InvalidArgumentError(`Give permission=extent, the extent being one of ${extents.join(", ")}.`);
  return { ...before, [name]: extent };
}

function addCreate(role: Command, contextOf: ContextOf): void {
  role
    .command("create")
    .description("create a role, of what you may yourself")
    .requiredOption("--name <name>", "small letters, digits, dashes and underscores")
    .requiredOption("--allow <permission=extent...>", allowing, collectGrant)
    .option("--description <text>", "what it is for")
    .action(async (options: RoleOptions & { readonly name: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const created = await client.roles.create({ body: { name: options.name, permissions: {}, ...bodyOf(options) } });
      output.show(created, [`Created ${created.name}`]);
    });
}

function addUpdate(role: Command, contextOf: ContextOf): void {
  role
    .command("update <name>")
    .description("change a role; its permissions become those that are given, in force when the command ends")
    .option("--allow <permission=extent...>", allowing, collectGrant)
    .option("--description <text>", "what it is for")
    .action(async (name: string, options: RoleOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const changed = await client.roles.update({ params: { name }, body: bodyOf(options) });
      output.show(changed, [`Changed ${changed.name}`]);
    });
}

function addDelete(role: Command, contextOf: ContextOf): void {
  role
    .command("delete <name>")
    .description("delete a role that nobody has")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.show(await client.roles.remove({ params: { name } }), [`Deleted ${name}`]);
    });
}

function bodyOf({ allow, description }: RoleOptions) {
  return {
    ...(allow !== undefined && { permissions: allow }),
    ...(description !== undefined && { description }),
  };
}

const columns = {
  name: ({ name }: Role) => name,
  "built in": ({ is_built_in: isBuiltIn }: Role) => (isBuiltIn ? "yes" : "no"),
  users: ({ users }: Role) => String(users),
  permissions: ({ permissions }: Role) => String(Object.keys(permissions).length),
  description: ({ description }: Role) => description,
};
