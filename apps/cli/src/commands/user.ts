import type { Command } from "commander";
import { parseCount, toLimits } from "#arguments.ts";
import type { LimitOptions } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { findUser, listAll } from "#lookup.ts";
import type { User } from "#lookup.ts";
import { spentOf } from "#output.ts";

interface CreateOptions extends LimitOptions {
  readonly email: string;
  readonly username?: string;
  readonly password?: string;
  readonly admin?: boolean;
  readonly budget?: string;
}

export function addUserCommand(program: Command, contextOf: ContextOf): void {
  const user = program.command("user").description("people, who own keys");

  user
    .command("create")
    .description("create a user")
    .requiredOption("--email <address>", "to sign in with, and the name in lists")
    .option("--username <name>", "name to show; the e-mail address where left out")
    .option("--password <password>", "to sign in with; - reads it from the standard input")
    .option("--admin", "may use the admin API")
    .option("--budget <usd>", "the most that all keys of the user may spend, such as 12.5")
    .option("--rpm <count>", "requests per minute", parseCount)
    .option("--tpm <count>", "tokens per minute", parseCount)
    .option("--concurrent <count>", "requests at the same time", parseCount)
    .action(async (options: CreateOptions, command: Command) => {
      const { output, connect, readSecret } = contextOf(command);
      const { client } = await connect();
      const created = await client.users.create({
        body: {
          email: options.email,
          role: options.admin === true ? "admin" : "user",
          limits: toLimits(options),
          ...(options.username !== undefined && { username: options.username }),
          ...(options.password !== undefined && { password: await readSecret(options.password) }),
          ...(options.budget !== undefined && { budget_usd: options.budget }),
        },
      });
      output.show(created, [`Created ${created.role} ${created.email} (${created.id})`]);
    });

  user
    .command("list")
    .description("list users")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.table(await listAll((query) => client.users.list({ query })), columns, "There are no users.");
    });

  user
    .command("delete <email-or-id>")
    .description("delete a user and the user's keys; usage records stay")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, email } = await findUser(client, name);
      output.show(await client.users.remove({ params: { id } }), [`Deleted ${email}`]);
    });
}

const columns = {
  email: ({ email }: User) => email,
  role: ({ role }: User) => role,
  "spent usd": ({ spent_usd: spent, budget_usd: budget }: User) => spentOf(spent, budget),
  created: ({ created_at: created }: User) => created.slice(0, 10),
  id: ({ id }: User) => id,
};
