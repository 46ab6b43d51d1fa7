import { parseEnv } from "node:util";
import { Option } from "commander";
import type { Command } from "commander";
import { ClientError } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { readVariable } from "#connection.ts";
import type { Context, ContextOf } from "#context.ts";
import { decrypt } from "#import/litellm-decrypt.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import {
  ImportError,
  Findings,
  Variables,
  grades,
  readLiteLlm,
  readPortkey,
  reconcile,
  type Changes,
  type Desired,
} from "@ghostllm/contract/importing";
import { readOneApi } from "#import/one-api/index.ts";
import { openSource } from "#import/sources/database.ts";
import { readDocument, readYaml } from "#import/sources/yaml-file.ts";
import { printable } from "#output.ts";

interface ImportOptions {
  readonly apply?: boolean;
  readonly source: string;
  readonly envFile?: string;
}

interface LiteLlmOptions extends ImportOptions {
  readonly database?: string;
  readonly saltKey?: string;
}

export function addImportCommand(program: Command, contextOf: ContextOf): void {
  const command = program
    .command("import")
    .description("take over what another gateway has; says what it would do, and does it with --apply");
  addLiteLlm(command, contextOf);
  addPortkey(command, contextOf);
  addOneApi(command, contextOf);
}

function withApply(command: Command, source: string): Command {
  return command
    .option("--apply", "write it; without, only say what would be written")
    .addOption(new Option("--source <name>", "by which what several gateways told is kept apart").default(source));
}

function addLiteLlm(command: Command, contextOf: ContextOf): void {
  withApply(command.command("litellm <config>"), "litellm")
    .description("of a LiteLLM proxy: its config.yaml, and what its PostgreSQL has")
    .option("--database <url>", "its PostgreSQL: keys, users, teams, budgets and what was spent")
    .option("--salt-key <key>", "by which its database is encrypted (LITELLM_SALT_KEY); else its master key")
    .option("--env-file <file>", "NAME=value lines, for os.environ/NAME in the configuration")
    .action(async (config: string, options: LiteLlmOptions, self: Command) => {
      const context = contextOf(self);
      const file = readYaml(await context.readText(config), config);
      const variables = await variablesOf(context, options);
      const saltKey = options.saltKey === undefined ? null : await context.readSecret(options.saltKey);
      const database = options.database === undefined ? null : await openSource(options.database);
      const findings = new Findings();
      try {
        const source = { file, database, decrypt, variables, saltKey, name: options.source, now: Date.now() };
        await finish(context, await readLiteLlm(source, findings), { findings, options });
      } finally {
        await database?.close();
      }
    });
}

interface PortkeyOptions extends ImportOptions {
  readonly name: string;
  readonly model?: string;
}

function addPortkey(command: Command, contextOf: ContextOf): void {
  withApply(command.command("portkey <file>"), "portkey")
    .description("configs of Portkey, each as an alias: one in a file, a list, or an export")
    .option("--name <name>", "of the alias of a config that has none", "portkey")
    .option("--model <model>", "what targets that name no model are asked for")
    .option("--env-file <file>", "NAME=value lines: PORTKEY_SLUG_API_KEY for what is kept at Portkey")
    .action(async (file: string, options: PortkeyOptions, self: Command) => {
      const context = contextOf(self);
      const { name, model = null, source } = options;
      const value = readDocument(await context.readText(file), file);
      const variables = await variablesOf(context, options);
      const findings = new Findings();
      const desired = read(() => readPortkey({ file: value, name, model, variables, source }, findings));
      await finish(context, desired, { findings, options });
    });
}

function addOneApi(command: Command, contextOf: ContextOf): void {
  withApply(command.command("one-api <database>"), "one-api")
    .description(
      "channels, users, tokens and usage of one-api or new-api: its SQLite file, or the URL of its PostgreSQL",
    )
    .action(async (address: string, options: ImportOptions, self: Command) => {
      const context = contextOf(self);
      const database = await openSource(address);
      const findings = new Findings();
      try {
        const desired = await readOneApi({ database, source: options.source, now: Date.now() }, findings);
        await finish(context, desired, { findings, options });
      } finally {
        await database.close();
      }
    });
}

async function variablesOf({ readText }: Context, { envFile }: ImportOptions): Promise<Variables> {
  return new Variables(
    envFile === undefined ? {} : parseEnv(await readText(envFile)),
    (name) => readVariable(name) ?? null,
  );
}

function read(reading: () => Desired): Desired {
  try {
    return reading();
  } catch (error) {
    if (error instanceof ImportError) throw new CliError("invalid_file", error.message, exitCodes.usage);
    throw error;
  }
}

interface Finishing {
  readonly findings: Findings;
  readonly options: ImportOptions;
}

async function finish(context: Context, desired: Desired, { findings, options }: Finishing): Promise<void> {
  const isApplied = options.apply === true;
  const client = await clientOf(context, isApplied);
  const changes = await reconcile(client, desired, isApplied);
  show(context, { findings, changes, isCompared: client !== null });
  if (changes.failed.length === 0) return;
  throw new CliError("not_all_done", `${changes.failed.length} things were not done`, exitCodes.failure);
}

/** To say what would be done there need be no server. */
async function clientOf({ connect }: Context, isApplied: boolean): Promise<Client | null> {
  try {
    const { client } = await connect();
    await client.sessions.me();
    return client;
  } catch (error) {
    const isAway = error instanceof ClientError ? error.status === 0 : error instanceof CliError;
    if (isApplied || !isAway) throw error;
    return null;
  }
}

interface Shown {
  readonly findings: Findings;
  readonly changes: Changes;
  readonly isCompared: boolean;
}

const words = { exact: "Exact", approximate: "Approximate", unsupported: "Unsupported" } as const;

function show({ output }: Context, { findings, changes, isCompared }: Shown): void {
  const { isApplied, done, failed, unchanged } = changes;
  const found = grades.flatMap((grade) => {
    const own = findings.all.filter((one) => one.grade === grade);
    if (own.length === 0) return [];
    const lines = own.map(({ item, reason }) => `  ${printable(item)}${reason === "" ? "" : `: ${printable(reason)}`}`);
    return [`${words[grade]} (${own.length})`, ...lines, ""];
  });
  const made = done.map(({ verb, what, fields }) => `  ${verb} ${printable(what)}${listed(fields)}`);
  const title = isApplied ? "Done" : "To be done";
  const counts = `${title}: ${done.length}; as it is already: ${unchanged}`;
  const failures = failed.map(({ what, message }) => `  ${printable(what)}: ${printable(message)}`);
  output.show({ applied: isApplied, compared: isCompared, findings: findings.all, done, failed, unchanged }, [
    ...found,
    ...(isCompared ? [] : ["No server answers: what is there already is not known.", ""]),
    counts,
    ...made,
    ...(failed.length === 0 ? [] : ["", `Not done (${failed.length})`, ...failures]),
    ...(isApplied ? [] : ["", "Nothing was written. Add --apply to do it."]),
  ]);
}

function listed(fields: readonly string[]): string {
  return fields.length === 0 ? "" : ` (${fields.join(", ")})`;
}
