import type { Client } from "@ghostllm/contract/client";
import { Option } from "commander";
import type { Command } from "commander";
import { promptPolicies } from "@ghostllm/contract";
import type { PromptPolicy } from "@ghostllm/contract";
import { collectLimit, parseCount, toLimits } from "#arguments.ts";
import type { LimitOptions } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findKey, findServiceAccount, findTeam, findUser } from "#lookup.ts";
import type { ApiKey } from "#lookup.ts";
import { orDash, spentOf } from "#output.ts";
import { addExport } from "./key-csv.ts";
import { addPrivacyCommand } from "./privacy.ts";
import { timeoutsOf, withTimeouts } from "./timeouts.ts";
import type { TimeoutOptions } from "./timeouts.ts";

interface CreateOptions extends LimitOptions, UseOptions {
  readonly name: string;
  readonly user?: string;
  readonly team?: string;
  readonly serviceAccount?: string;
  readonly mine?: boolean;
  readonly budget?: string;
  readonly expires?: string;
}

interface UseOptions extends TimeoutOptions {
  readonly models?: readonly string[];
  readonly endpoints?: readonly string[];
  readonly from?: readonly string[];
  readonly actsFor?: "known" | "any" | "nobody";
  readonly tags?: readonly string[];
  readonly storePrompts?: PromptPolicy | "team";
}

export function addKeyCommand(program: Command, contextOf: ContextOf): void {
  const key = program.command("key").description("API keys, which open the gateway");
  addCreate(key, contextOf);
  addImport(key, contextOf);
  addList(key, contextOf);
  addUpdate(key, contextOf);
  addRotate(key, contextOf);
  addRevoke(key, contextOf);
  addExport(key, contextOf);
  addPrivacyCommand(key, contextOf, privacyHolders);
}

/** What it may be used for, from where, and how long it waits. */
function withUse(command: Command): Command {
  return withTimeouts(command)
    .option("--models <patterns...>", "models it may use, with * as wildcard; `all` for every one")
    .option("--endpoints <names...>", "what it may be used for, such as embeddings; `all` for everything")
    .option("--from <ranges...>", "addresses and ranges from where it may be used; `all` for everywhere")
    .addOption(
      new Option(
        "--acts-for <whom>",
        "its requests say for which user they are; `any`: who is no user is counted for its owner",
      ).choices(["known", "any", "nobody"]),
    )
    .option("--tags <words...>", "to find it by")
    .addOption(
      new Option("--store-prompts <what>", "of its requests, sealed; `team`: what its team says").choices([
        ...promptPolicies,
        "team",
      ]),
    );
}

function toUse({ models, endpoints, from, actsFor, tags, storePrompts, ...waiting }: UseOptions) {
  const list = (words: readonly string[]): string[] | null => (words.join() === "all" ? null : [...words]);
  const timeouts = timeoutsOf(waiting);
  const permissions = {
    ...(models !== undefined && { models: list(models) }),
    ...(endpoints !== undefined && { endpoints: list(endpoints) }),
    ...(from !== undefined && { addresses: list(from) }),
    ...(actsFor !== undefined && { acts_for: actsFor === "nobody" ? null : actsFor }),
    ...(Object.keys(timeouts).length > 0 && { timeouts }),
  };
  return {
    ...(Object.keys(permissions).length > 0 && { permissions }),
    ...(tags !== undefined && { tags: [...tags] }),
    ...(storePrompts !== undefined && { store_prompts: storePrompts === "team" ? null : storePrompts }),
  };
}

function withNew(command: Command): Command {
  return withUse(command)
    .requiredOption("--name <name>", "what it is for")
    .option("--user <email-or-id>", "owner; the only user where there is just one")
    .option(
      "--team <name-or-id>",
      "a team that the owner is in: the key counts by its limits and budget, too; without an owner of the team itself",
    )
    .option("--service-account <name-or-id>", "the service account that it is of")
    .option("--mine", "your own, in a team that lets its members make keys")
    .option("--budget <usd>", "the most that it may spend, such as 12.5")
    .option("--rpm <count>", "requests per minute", parseCount)
    .option("--tpm <count>", "tokens per minute", parseCount)
    .option("--concurrent <count>", "requests at the same time", parseCount)
    .option("--limit <name=value>", "of another window, such as requests_per_day=500; may be repeated", collectLimit)
    .option("--expires <time>", "date or RFC 3339 time after which it stops working");
}

function toFacts(options: CreateOptions) {
  return {
    ...{ name: options.name, limits: toLimits(options), ...toUse(options) },
    ...(options.budget !== undefined && { budget_usd: options.budget }),
    ...(options.expires !== undefined && { expires_at: options.expires }),
  };
}

async function toNew(client: Client, options: CreateOptions) {
  const team = options.team === undefined ? undefined : (await findTeam(client, options.team)).id;
  return { ...toFacts(options), ...(await ownerOf(client, options, team)) };
}

async function createOf(client: Client, options: CreateOptions) {
  return client.apiKeys.create({ body: await toNew(client, options) });
}

async function createOwn(client: Client, options: CreateOptions) {
  const { id } = await findTeam(client, options.team ?? "");
  return client.ownKeys.create({ body: { ...toFacts(options), team_id: id } });
}

const onlyOnce = ["", "Keep it now: it is not shown again."];

function addCreate(key: Command, contextOf: ContextOf): void {
  withNew(key.command("create").description("create a key and print it, this once")).action(
    async (options: CreateOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const created = await (options.mine === true ? createOwn : createOf)(client, options);
      output.show(created, [created.key, ...onlyOnce]);
    },
  );
}

function addImport(key: Command, contextOf: ContextOf): void {
  withNew(key.command("import").description("take over a key that another gateway has given out, by its hash"))
    .requiredOption("--sha256 <hex>", "of the whole key: printf %s KEY | sha256sum")
    .action(async (options: CreateOptions & { sha256: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const body = { ...(await toNew(client, options)), sha256: options.sha256 };
      const imported = await client.apiKeys.import({ body });
      output.show(imported, [`${imported.public_id} works from now on`]);
    });
}

interface UpdateOptions extends UseOptions {
  readonly name?: string;
  readonly budget?: string;
  readonly expires?: string;
}

function addUpdate(key: Command, contextOf: ContextOf): void {
  withUse(key.command("update <public-part-or-id>").description("change a key; what is left out stays as it is"))
    .option("--name <name>", "what it is for")
    .option("--budget <usd>", "the most that it may spend; `none` for no end")
    .option("--expires <time>", "date or RFC 3339 time after which it stops working; `never`")
    .action(async (name: string, options: UpdateOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, public_id: publicId } = await findKey(client, name);
      const { budget, expires } = options;
      const body = {
        ...toUse(options),
        ...(options.name !== undefined && { name: options.name }),
        ...(budget !== undefined && { budget_usd: budget === "none" ? null : budget }),
        ...(expires !== undefined && { expires_at: expires === "never" ? null : expires }),
      };
      output.show(await client.apiKeys.update({ params: { id }, body }), [`Changed ${publicId}`]);
    });
}

function addRotate(key: Command, contextOf: ContextOf): void {
  key
    .command("rotate <public-part-or-id>")
    .description("give a key a new secret and print it, this once")
    .option("--overlap <hours>", "how long the secret of before goes on working, in hours", Number, 24)
    .action(async (name: string, { overlap }: { overlap: number }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findKey(client, name);
      const body = { overlap_seconds: Math.round(overlap * 3600) };
      const rotated = await client.apiKeys.rotate({ params: { id }, body });
      const until = rotated.previous === null ? "has ended" : `works until ${rotated.previous.works_until}`;
      output.show(rotated, [rotated.key, ...onlyOnce, `The one of before ${until}.`]);
    });
}

interface ListOptions {
  readonly user?: string;
  readonly team?: string;
  readonly tag?: string;
  readonly all?: boolean;
}

function addList(key: Command, contextOf: ContextOf): void {
  key
    .command("list")
    .description("list keys")
    .option("--user <email-or-id>", "only those of this user")
    .option("--team <name-or-id>", "only those of this team")
    .option("--tag <word>", "only those that have it")
    .option("--all", "revoked ones too")
    .action(async ({ user, team, tag, all }: ListOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const narrowed = {
        ...(user !== undefined && { user_id: (await findUser(client, user)).id }),
        ...(team !== undefined && { team_id: (await findTeam(client, team)).id }),
        ...(tag !== undefined && { tag }),
      };
      const keys = await listAll((query) => client.apiKeys.list({ query: { ...query, ...narrowed } }));
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

type Owner = Pick<NonNullable<Parameters<Client["apiKeys"]["create"]>[0]>["body"], "user_id" | "team_id" | "owner">;

/** Of a team without anybody else it is the team's own. */
async function ownerOf(client: Client, options: CreateOptions, team: string | undefined): Promise<Owner> {
  const { user, serviceAccount } = options;
  const ofTeam = team === undefined ? {} : { team_id: team };
  if (serviceAccount !== undefined)
    return { user_id: (await findServiceAccount(client, serviceAccount)).id, ...ofTeam };
  if (team !== undefined && user === undefined) return { owner: "team", ...ofTeam };
  const owner = await findOwner(client, user);
  return { ...(owner !== undefined && { user_id: owner }), ...ofTeam };
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

const privacyHolders: Parameters<typeof addPrivacyCommand>[2] = {
  argument: "public-part-or-id",
  what: "a key",
  find: findKey,
  update: (client, id, privacy) => client.apiKeys.update({ params: { id }, body: { privacy } }),
};

const columns = {
  key: ({ public_id: publicId }: ApiKey) => publicId,
  name: ({ name }: ApiKey) => name,
  models: ({ permissions: { models } }: ApiKey) => (models === null ? "all" : models.join(" ")),
  tags: ({ tags }: ApiKey) => tags.join(" ") || "-",
  "spent usd": ({ spent_usd: spent, budget_usd: budget }: ApiKey) => spentOf(spent, budget),
  expires: ({ expires_at: expires }: ApiKey) => orDash(expires),
  state: ({ is_active: isActive }: ApiKey) => (isActive ? "active" : "revoked"),
  declared: ({ declared }: ApiKey) => orDash(declared),
  id: ({ id }: ApiKey) => id,
};
