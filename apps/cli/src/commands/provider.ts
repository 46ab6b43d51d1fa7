import { ClientError } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import type { Command } from "commander";
import { collectSetting } from "#arguments.ts";
import { readVariable } from "#connection.ts";
import type { Context, ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findProvider } from "#lookup.ts";
import type { Provider } from "#lookup.ts";
import { orDash } from "#output.ts";

interface AddOptions {
  readonly type: string;
  readonly name?: string;
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly apiKeyEnv?: string;
  readonly set?: Record<string, string>;
  readonly header?: Record<string, string>;
  readonly headerEnv?: Record<string, string>;
  readonly query?: Record<string, string>;
}

export function addProviderCommand(program: Command, contextOf: ContextOf): void {
  const provider = program.command("provider").description("vendors and servers that answer the requests");
  addAdd(provider, contextOf);
  addList(provider, contextOf);
  addTest(provider, contextOf);
  addDiscover(provider, contextOf);
  addRemove(provider, contextOf);
}

function addAdd(provider: Command, contextOf: ContextOf): void {
  provider
    .command("add")
    .description(
      "add a provider and the models it offers, such as `provider add --type openai --api-key-env OPENAI_KEY`",
    )
    .requiredOption("--type <type>", "such as openai, azure-openai, ollama, openai-compatible")
    .option("--name <name>", "first part of provider/model; the type where left out")
    .option("--base-url <url>", "where it is; the vendor's own address where left out")
    .option("--api-key <key>", "the vendor's key; - reads it from the standard input")
    .option("--api-key-env <variable>", "the variable that holds the vendor's key")
    .option("--set <name=value>", "a setting of the type, such as apiVersion=2024-10-21", collectSetting)
    .option("--header <name=value>", "a header that goes with every request, such as X-Org=a", collectSetting)
    .option("--header-env <name=variable>", "the same, with the variable that holds the value", collectSetting)
    .option("--query <name=value>", "a parameter that goes with every request", collectSetting)
    .action(async (options: AddOptions, command: Command) => {
      const { output, connect, readSecret } = contextOf(command);
      const apiKey = await readApiKey(options, readSecret);
      const { client } = await connect();
      const added = await client.providers.create({ body: bodyOf(options, apiKey) });
      const models = await discover(client, added.id);
      output.show({ ...added, models }, [`Added ${added.name} (${added.id})`, models.message]);
    });
}

function addList(provider: Command, contextOf: ContextOf): void {
  provider
    .command("list")
    .description("list providers")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.table(await listAll((query) => client.providers.list({ query })), columns, "There are no providers.");
    });
}

function addTest(provider: Command, contextOf: ContextOf): void {
  provider
    .command("test <name-or-id>")
    .description("ask the vendor for its models with the stored key, and say what came of it")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findProvider(client, name);
      const outcome = await client.providers.test({ params: { id } });
      output.show(outcome, [outcome.message]);
      if (!outcome.ok)
        throw new CliError("provider_test_failed", `The provider ${name} does not work`, exitCodes.failure);
    });
}

function addDiscover(provider: Command, contextOf: ContextOf): void {
  provider
    .command("discover <name-or-id>")
    .description("ask the vendor for its models again, and take over what its list has")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findProvider(client, name);
      const found = await client.providers.discoverModels({ params: { id } });
      output.show(found, [describeDiscovery(found)]);
    });
}

function addRemove(provider: Command, contextOf: ContextOf): void {
  provider
    .command("remove <name-or-id>")
    .description("remove a provider and its models; usage records stay")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const found = await findProvider(client, name);
      output.show(await client.providers.remove({ params: { id: found.id } }), [`Removed ${found.name}`]);
    });
}

function bodyOf(options: AddOptions, apiKey: string | undefined) {
  return {
    provider_type: options.type,
    ...(options.name !== undefined && { name: options.name }),
    ...(options.baseUrl !== undefined && { base_url: options.baseUrl }),
    ...(apiKey !== undefined && { api_key: apiKey }),
    ...(options.set !== undefined && { settings: options.set }),
    headers: { ...options.header, ...readVariables(options.headerEnv) },
    ...(options.query !== undefined && { query: options.query }),
  };
}

async function readApiKey(
  { apiKey, apiKeyEnv }: AddOptions,
  readSecret: Context["readSecret"],
): Promise<string | undefined> {
  if (apiKey !== undefined) return readSecret(apiKey);
  return apiKeyEnv === undefined ? undefined : readNeeded(apiKeyEnv);
}

function readVariables(named: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(named).map(([name, variable]) => [name, readNeeded(variable)]));
}

function readNeeded(variable: string): string {
  const value = readVariable(variable);
  if (value === undefined) throw new CliError("no_api_key", `The variable ${variable} is not set`, exitCodes.usage);
  return value;
}

/** The provider is there, whether its models can be listed or not. */
async function discover(client: Client, id: string) {
  try {
    const discovery = await client.providers.discoverModels({ params: { id } });
    const { source, found } = discovery;
    return { source, found, message: describeDiscovery(discovery) };
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== "provider_error") throw error;
    return { source: null, found: 0, message: `No models yet: ${error.message}` };
  }
}

type Discovery = Awaited<ReturnType<Client["providers"]["discoverModels"]>>;

function describeDiscovery({ source, found, note }: Discovery): string {
  const models = found === 1 ? "1 model, which" : `${found} models, which`;
  const where = source === "vendor" ? "the vendor lists" : "the built-in catalogue lists";
  return `${models} ${where}${note === null ? "" : ` (${note})`}`;
}

const columns = {
  name: ({ name }: Provider) => name,
  type: ({ provider_type: type }: Provider) => type,
  address: ({ effective_base_url: url }: Provider) => orDash(url),
  key: ({ has_credential: has, credential_hint: hint }: Provider) => (has ? (hint ?? "set") : "-"),
  state: ({ enabled }: Provider) => (enabled ? "enabled" : "disabled"),
  declared: ({ declared }: Provider) => orDash(declared),
  id: ({ id }: Provider) => id,
};
