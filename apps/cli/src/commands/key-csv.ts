// `ghostllm key csv`: all keys as a table for other programs.

import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { writeCsv } from "#csv.ts";
import { listAll } from "@ghostllm/contract/list-all";
import type { ApiKey } from "#lookup.ts";

export function addExport(key: Command, contextOf: ContextOf): void {
  key
    .command("csv")
    .description("print all keys as CSV, revoked ones too; the secrets are not stored")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const keys = await listAll((query) => client.apiKeys.list({ query }));
      output.show({ data: keys }, writeCsv(Object.keys(exported), keys.map(toCells)));
    });
}

const exported: Readonly<Record<string, (key: ApiKey) => string>> = {
  id: ({ id }) => id,
  public_id: ({ public_id: publicId }) => publicId,
  name: ({ name }) => name,
  user_id: ({ user_id: userId }) => userId,
  team_id: ({ team_id: teamId }) => teamId ?? "",
  tags: ({ tags }) => tags.join(" "),
  budget_usd: ({ budget_usd: budget }) => budget ?? "",
  spent_usd: ({ spent_usd: spent }) => spent,
  expires_at: ({ expires_at: expires }) => expires ?? "",
  is_active: ({ is_active: isActive }) => String(isActive),
  last_used_at: ({ last_used_at: used }) => used ?? "",
  created_at: ({ created_at: created }) => created,
};

function toCells(key: ApiKey): readonly string[] {
  return Object.values(exported).map((read) => read(key));
}
