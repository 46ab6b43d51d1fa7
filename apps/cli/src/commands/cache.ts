import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { findAlias, findKey, findUser } from "#lookup.ts";

interface PurgeOptions {
  readonly alias?: string;
  readonly key?: string;
  readonly user?: string;
}

export function addCacheCommand(program: Command, contextOf: ContextOf): void {
  const cache = program.command("cache").description("answers that are kept for requests that come again");
  cache
    .command("show")
    .description("how many there are, and what they take")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const use = await client.cache.get({});
      const { entries, bytes, most_bytes: most, vectors, vector_bytes: vectorBytes } = use;
      const byMeaning = vectors === 0 ? [] : [`${vectors} of them are found by meaning, too: ${vectorBytes} bytes`];
      output.show(use, [`${entries} answers, ${bytes} of ${most} bytes`, ...byMeaning]);
    });
  cache
    .command("purge")
    .description("forget them: all, or those that all of the options mean")
    .option("--alias <name-or-id>", "what was asked of this alias")
    .option("--key <key-or-id>", "what this key asked for first")
    .option("--user <email-or-id>", "what keys of this user asked for first")
    .action(async ({ alias, key, user }: PurgeOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const query = {
        ...(alias !== undefined && { alias_id: (await findAlias(client, alias)).id }),
        ...(key !== undefined && { api_key_id: (await findKey(client, key)).id }),
        ...(user !== undefined && { user_id: (await findUser(client, user)).id }),
      };
      const purged = await client.cache.purge({ query });
      output.show(purged, [`Forgot ${purged.removed} answers`]);
    });
}
