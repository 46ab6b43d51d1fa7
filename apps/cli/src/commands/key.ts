import type { Command } from "commander";
import { parseCount, toLimits } from "#arguments.ts";
import type { LimitOptions } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { findKey, findUser, listAll } from "#lookup.ts";
import type { ApiKey } from "#lookup.ts";
import { orDash, spentOf } from "#output.ts";

interface CreateOptions extends LimitOptions {
  readonly name: string;
  readonly user?: string;
  readonly models?: readonly string[];
  readonly budget?: string;
  readonly expires?: string;
}

export function addKeyCommand(program: Command, contextOf: ContextOf): void {
  const key = program.command("key").description("API keys, which open the gateway");
  addCreate(key, contextOf);
  addList(key, contextOf);
  addRevoke(key, contextOf);
}

function addCreate(key: Command, contextOf: ContextOf): void {
  key
    .command("create")
    .description("create a key and print it, this once")
    .requiredOption("--name <name>", "what it is for")
    .option("--user <email-or-id>", "owner; the only user where there is just one")
    .option("--models <patterns...>", "models it may use, with * as wildcard; all where left out")
    .option("--budget <usd>", "the most that it may spend, such as 12.5")
    .option("--rpm <count>", "requests per minute", parseCount)
    .option("--tpm <count>", "tokens per minute", parseCount)
    .option("--concurrent <count>", "requests at the same time", parseCount)
    .option("--expires <time>", "date or RFC 3339 time after which it stops working")
    .action(async (options: CreateOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const owner = await findOwner(client, options.user);
      const created = await client.apiKeys.create({
        body: {
          name: options.name,
          limits: toLimits(options),
          ...(owner !== undefined && { user_id: owner }),
          ...(options.models !== undefined && { permissions: { models: [...options.models] } }),
          ...(options.budget !== undefined && { budget_usd: options.budget }),
          ...(options.expires !== undefined && { expires_at: options.expires }),
        },
      });
      output.show(created, [created.key, "", "Keep it now: it is not shown again."]);
    });
}

function addList(key: Command, contextOf: ContextOf): void {
  key
    .command("list")
    .description("list keys")
    .option("--user <email-or-id>", "only those of this user")
    .option("--all", "revoked ones too")
    .action(async ({ user, all }: { user?: string; all?: boolean }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const owner = user === undefined ? {} : { user_id: (await findUser(client, user)).id };
      const keys = await listAll((query) => client.apiKeys.list({ query: { ...query, ...owner } }));
      output.table(
        keys.filter(({ is_active: isActive }) => isActive || all === true),
        columns,
        "There are no keys.",
      );
    });
}

function addRevoke(key: Command, contextOf: ContextOf): void {
  key
    .command("revoke <public-part-or-id>")
    .description("revoke a key; it has stopped working when the command ends")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, public_id: publicId } = await findKey(client, name);
      output.show(await client.apiKeys.revoke({ params: { id } }), [`Revoked ${publicId}`]);
    });
}

async function findOwner(
  client: Parameters<typeof findUser>[0],
  name: string | undefined,
): Promise<string | undefined> {
  if (name !== undefined) return (await findUser(client, name)).id;
  const { data, next } = await client.users.list({ query: { limit: 2 } });
  const [only, second] = data;
  return second === undefined && next === null ? only?.id : undefined;
}

const columns = {
  key: ({ public_id: publicId }: ApiKey) => publicId,
  name: ({ name }: ApiKey) => name,
  models: ({ permissions: { models } }: ApiKey) => (models === null ? "all" : models.join(" ")),
  "spent usd": ({ spent_usd: spent, budget_usd: budget }: ApiKey) => spentOf(spent, budget),
  expires: ({ expires_at: expires }: ApiKey) => orDash(expires),
  state: ({ is_active: isActive }: ApiKey) => (isActive ? "active" : "revoked"),
  id: ({ id }: ApiKey) => id,
};
