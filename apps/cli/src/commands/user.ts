import type { Command } from "commander";
import { collectLimit, parseCount, toLimits } from "#arguments.ts";
import type { LimitOptions } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findUser } from "#lookup.ts";
import type { User } from "#lookup.ts";
import { spentOf } from "#output.ts";
import { addPasskeyCommands } from "./passkeys.ts";
import { addPersonalDataCommands } from "./personal-data.ts";
import { addPrivacyCommand } from "./privacy.ts";
import { addUserFileCommands } from "./user-files.ts";

interface CreateOptions extends LimitOptions {
  readonly email: string;
  readonly username?: string;
  readonly password?: string;
  readonly admin?: boolean;
  readonly role?: string;
  readonly budget?: string;
}

export function addUserCommand(program: Command, contextOf: ContextOf): void {
  const user = program.command("user").description("people, who own keys");

  addCreateCommand(user, contextOf);

  user
    .command("list")
    .description("list users")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.table(await listAll((query) => client.users.list({ query })), columns, "There are no users.");
    });

  addSetCommand(user, contextOf);
  addSwitchCommands(user, contextOf);
  addPrivacyCommand(user, contextOf, privacyHolders);

  addAccessCommands(user, contextOf);
  addPasskeyCommands(user, contextOf);
  addPersonalDataCommands(user, contextOf);
  addUserFileCommands(user, contextOf);

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

interface LinkOptions {
  readonly hours?: number;
  readonly mail: boolean;
}

/** For who cannot get in. */
function addAccessCommands(user: Command, contextOf: ContextOf): void {
  user
    .command("password-link <email-or-id>")
    .description("a link by which a user sets a password, once: to invite him, or when he has forgotten his")
    .option("--hours <count>", "for so long it counts; a day where left out", parseCount)
    .option("--no-mail", "only print it, where a mail server is configured")
    .action(async (name: string, { hours, mail }: LinkOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client, url } = await connect();
      const { id } = await findUser(client, name);
      const body = { ...(hours !== undefined && { hours }), ...(!mail && { mail }) };
      const link = await client.passwords.createLink({ params: { id }, body });
      const { mailed_to: mailedTo, mail_problem: problem } = link;
      output.show(link, [
        url.replace(/\/+$/, "") + link.path,
        ...(mailedTo === null ? [] : [`Sent to ${mailedTo}`]),
        ...(problem === null ? [] : [`Not sent, hand it over yourself: ${problem}`]),
      ]);
    });

  user
    .command("reset-second-factor <email-or-id>")
    .description("for who has lost the app and the recovery codes: the password alone lets him in then")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, email } = await findUser(client, name);
      output.show(await client.secondFactor.reset({ params: { id } }), [`${email} signs in with the password alone`]);
    });
}

function addCreateCommand(user: Command, contextOf: ContextOf): void {
  user
    .command("create")
    .description("create a user")
    .requiredOption("--email <address>", "to sign in with, and the name in lists")
    .option("--username <name>", "name to show; the e-mail address where left out")
    .option("--password <password>", "to sign in with; - reads it from the standard input")
    .option(
      "--role <name>",
      "what the user may: manager, member, viewer, auditor, or a role of your own; member where left out",
    )
    .option("--admin", "may do everything: the same as --role admin")
    .option("--budget <usd>", "the most that all keys of the user may spend, such as 12.5")
    .option("--rpm <count>", "requests per minute", parseCount)
    .option("--tpm <count>", "tokens per minute", parseCount)
    .option("--concurrent <count>", "requests at the same time", parseCount)
    .option("--limit <name=value>", "of another window, such as requests_per_day=500; may be repeated", collectLimit)
    .action(async (options: CreateOptions, command: Command) => {
      const { output, connect, readSecret } = contextOf(command);
      const { client } = await connect();
      const created = await client.users.create({
        body: {
          email: options.email,
          role: options.admin === true ? "admin" : (options.role ?? "member"),
          limits: toLimits(options),
          ...(options.username !== undefined && { username: options.username }),
          ...(options.password !== undefined && { password: await readSecret(options.password) }),
          ...(options.budget !== undefined && { budget_usd: options.budget }),
        },
      });
      output.show(created, [`Created ${created.role} ${created.email} (${created.id})`]);
    });
}

function addSwitchCommands(user: Command, contextOf: ContextOf): void {
  for (const [name, isActive, words] of [
    ["disable", false, "ends all sessions of a user, and whatever runs by his keys, until he is enabled"],
    ["enable", true, "lets a user sign in and use his keys again"],
  ] as const) {
    user
      .command(`${name} <email-or-id>`)
      .description(words)
      .action(async (given: string, _options: object, command: Command) => {
        const { output, connect } = contextOf(command);
        const { client } = await connect();
        const { id, email } = await findUser(client, given);
        const changed = await client.users.update({ params: { id }, body: { is_active: isActive } });
        output.show(changed, [`${isActive ? "Enabled" : "Disabled"} ${email}`]);
      });
  }
}

const privacyHolders: Parameters<typeof addPrivacyCommand>[2] = {
  argument: "email-or-id",
  what: "all keys of a user",
  find: findUser,
  update: (client, id, privacy) => client.users.update({ params: { id }, body: { privacy } }),
};

function addSetCommand(user: Command, contextOf: ContextOf): void {
  user
    .command("set <email-or-id>")
    .description("change what a user may")
    .requiredOption("--role <name>", "the role from now on")
    .action(async (name: string, { role }: { role: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findUser(client, name);
      const changed = await client.users.update({ params: { id }, body: { role } });
      output.show(changed, [`${changed.email} is ${changed.role}`]);
    });
}

const columns = {
  email: ({ email }: User) => email,
  role: ({ role }: User) => role,
  "spent usd": ({ spent_usd: spent, budget_usd: budget }: User) => spentOf(spent, budget),
  active: ({ is_active: isActive }: User) => (isActive ? "yes" : "no"),
  created: ({ created_at: created }: User) => created.slice(0, 10),
  id: ({ id }: User) => id,
};
