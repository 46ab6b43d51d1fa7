// What a database of one-api or new-api has: channels, users and tokens. Facts are those of one-api 0.6.9 and of new-api as of 2026.

import {
  ProviderSet,
  nothingDesired,
  numberOf,
  type Desired,
  type Findings,
  type SourceDatabase,
} from "@ghostllm/contract/importing";
import { CliError, exitCodes } from "#exit-codes.ts";
import { readChannels, toAliases } from "./channels.ts";
import { readTokens, readUsers, usualQuota } from "./people.ts";
import { readLogs } from "./usage.ts";

export interface OneApiSource {
  readonly database: SourceDatabase;
  readonly source: string;
  /** Epoch ms. */
  readonly now: number;
}

export async function readOneApi({ database, source, now }: OneApiSource, findings: Findings): Promise<Desired> {
  const channels = await database.rows("channels");
  const [userRows, tokenRows] = [await database.rows("users"), await database.rows("tokens")];
  if (channels.length + userRows.length === 0)
    throw new CliError(
      "no_database",
      "It has neither channels nor users: is it of one-api or new-api?",
      exitCodes.usage,
    );
  // The two have other numbers for some vendors; this column only new-api has.
  const flavour = (await database.hasColumn("channels", "channel_info")) ? "new-api" : "one-api";
  const options = new Map((await database.rows("options")).map((row) => [row["key"], row["value"]]));
  const quotaPerUsd = numberOf(options.get("QuotaPerUnit")) ?? usualQuota;
  findings.exact(`${flavour}, ${quotaPerUsd} of quota for a USD`);
  const providers = new ProviderSet();
  const byModel = readChannels(channels, { flavour, providers, findings });
  const aliases = toAliases(byModel, findings);
  const reading = { flavour, quotaPerUsd, now, findings } as const;
  const users = readUsers(userRows, reading);
  const keys = readTokens(tokenRows, users, reading);
  nameOthers(options, findings);
  const usage = await readLogs(database, { tokenRows, keys, quotaPerUsd, findings });
  return { ...nothingDesired, source, providers: providers.all, aliases, users, keys, usage };
}

const lost: Readonly<Record<string, string>> = {
  ModelRatio: "prices are those of the list here: set others for models",
  CompletionRatio: "prices are those of the list here: set others for models",
  GroupRatio: "nobody pays more or less by a group here",
};

function nameOthers(options: ReadonlyMap<unknown, unknown>, findings: Findings): void {
  for (const [name, reason] of Object.entries(lost))
    if (options.has(name)) findings.unsupported(`option ${name}`, reason);
}
