import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import { collectGroupRole, type GroupRole } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { orDash } from "#output.ts";

type Token = RouteAnswer<AdminRoutes["scim"]["listTokens"]>["data"][number];

interface RolesOptions {
  readonly groupRole?: GroupRole[];
  readonly defaultRole?: string;
}

export function addScimCommand(program: Command, contextOf: ContextOf): void {
  const scim = program.command("scim").description("directories that create and change users (SCIM)");
  addTokenCommands(scim.command("token").description("tokens by which directories come"), contextOf);

  scim
    .command("roles")
    .description("which groups of directories have which roles; sets that where options are given")
    .option("--group-role <group=role>", "may be given several times; the first that fits counts", collectGroupRole)
    .option("--default-role <role>", "of new users, and of whom no group has one")
    .action(async ({ groupRole, defaultRole }: RolesOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const body = {
        ...(groupRole !== undefined && { group_roles: groupRole }),
        ...(defaultRole !== undefined && { default_role: defaultRole }),
      };
      const isChange = Object.keys(body).length > 0;
      const roles = await (isChange ? client.scim.updateRoles({ body }) : client.scim.roles());
      const lines = roles.group_roles.map(({ group, role }) => `${group}: ${role}`);
      output.show(roles, [...lines, `everybody else: ${roles.default_role}`]);
    });
}

function addTokenCommands(token: Command, contextOf: ContextOf): void {
  token
    .command("create")
    .description("create a token and print it, this once")
    .requiredOption("--name <name>", "such as the name of the directory")
    .action(async ({ name }: { readonly name: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const created = await client.scim.createToken({ body: { name } });
      output.show(created, [created.token]);
    });

  token
    .command("list")
    .description("list tokens")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.table((await client.scim.listTokens()).data, columns, "No directory may come.");
    });

  token
    .command("revoke <id>")
    .description("take a token out of force at once")
    .action(async (id: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.show(await client.scim.removeToken({ params: { id } }), [`Revoked ${id}`]);
    });
}

const columns = {
  name: ({ name }: Token) => name,
  token: ({ public_id: publicId }: Token) => `${publicId}-...`,
  "last used": ({ last_used_at: at }: Token) => orDash(at?.slice(0, 16) ?? null),
  created: ({ created_at: at }: Token) => at.slice(0, 10),
  id: ({ id }: Token) => id,
};
