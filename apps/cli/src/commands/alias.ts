import { aliasStrategies, cachePaces, cacheScopes } from "@ghostllm/contract";
import type { AliasStrategy } from "@ghostllm/contract";
import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteInput } from "@ghostllm/contract/routes";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { addPolicyOptions, toPolicyBody } from "./alias-policy.ts";
import type { PolicyOptions } from "./alias-policy.ts";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findAlias, findTeam } from "#lookup.ts";
import type { Alias } from "#lookup.ts";
import { orDash } from "#output.ts";

type Scope = NonNullable<NonNullable<RouteInput<AdminRoutes["aliases"]["create"]>["body"]["cache"]>["scope"]>;
type Target = RouteInput<AdminRoutes["aliases"]["create"]>["body"]["targets"][number];

interface Facts extends PolicyOptions {
  readonly name?: string;
  readonly targets?: readonly Target[];
  readonly strategy?: AliasStrategy;
  readonly weighted?: boolean;
  readonly team?: string;
  readonly cacheTtl?: number;
  readonly cacheScope?: Scope;
  readonly cachePace?: (typeof cachePaces)[number];
  readonly cacheSemantic?: string;
  readonly cacheThreshold?: number;
}

interface CreateOptions extends Facts {
  readonly name: string;
  readonly targets: readonly Target[];
}

interface UpdateOptions extends Facts {
  readonly ordered?: boolean;
  readonly everybodys?: boolean;
  readonly uncached?: boolean;
  readonly cacheExact?: boolean;
}

export function addAliasCommand(program: Command, contextOf: ContextOf): void {
  const alias = program.command("alias").alias("aliases").description("names that stand for models of providers");
  addCreate(alias, contextOf);
  addUpdate(alias, contextOf);
  addList(alias, contextOf);
  addDelete(alias, contextOf);
}

function addCreate(alias: Command, contextOf: ContextOf): void {
  addPolicyOptions(withCache(alias.command("create")))
    .description("create an alias")
    .requiredOption("--name <name>", "what clients ask for")
    .requiredOption("--targets <targets...>", "PROVIDER/MODEL, in the order in which they are tried", collectTarget)
    .addOption(strategyOption())
    .option("--weighted", "the first one is drawn by weight, given as PROVIDER/MODEL=WEIGHT")
    .option("--team <name-or-id>", "whose keys alone find it; everybody's where left out")
    .action(async ({ name, targets, team, ...facts }: CreateOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const strategy = strategyOf(facts) ?? "ordered";
      const of = team === undefined ? {} : { team_id: (await findTeam(client, team)).id };
      const said = { ...cachePolicy(facts, null), ...toPolicyBody(facts, null) };
      const created = await client.aliases.create({ body: { name, targets: [...targets], strategy, ...of, ...said } });
      output.show(created, [`Created ${created.name} (${created.id})`]);
    });
}

function addUpdate(alias: Command, contextOf: ContextOf): void {
  addPolicyOptions(withCache(alias.command("update <name-or-id>")))
    .description("change an alias; what is left out stays as it is")
    .option("--name <name>", "what clients ask for from now on")
    .option("--targets <targets...>", "PROVIDER/MODEL or PROVIDER/MODEL=WEIGHT, all of them", collectTarget)
    .addOption(strategyOption())
    .option("--weighted", "the first one is drawn by weight")
    .option("--ordered", "they are tried in their order")
    .option("--team <name-or-id>", "whose keys alone find it from now on")
    .option("--everybodys", "every key finds it from now on")
    .option("--uncached", "none of its answers is kept from now on")
    .option("--cache-exact", "only requests that are the same are told an answer again from now on")
    .action(async (given: string, options: UpdateOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const found = await findAlias(client, given);
      const said = { ...cachePolicy(options, found.cache), ...toPolicyBody(options, found) };
      const body = { ...(await toChange(client, found, options)), ...said };
      const changed = await client.aliases.update({ params: { id: found.id }, body });
      output.show(changed, [`Changed ${changed.name} (${changed.id})`]);
    });
}

const strategyOption = (): Option =>
  new Option("--strategy <strategy>", "in which order targets are asked").choices(aliasStrategies);

function strategyOf({ strategy, weighted, ordered }: Pick<UpdateOptions, "strategy" | "weighted" | "ordered">) {
  return strategy ?? (weighted === true ? "weighted" : ordered === true ? "ordered" : undefined);
}

/** Who stays keeps what he is held to. */
function limitsOf({ targets }: Alias, { provider, model }: Target): Partial<Pick<Alias["targets"][number], "limits">> {
  const limits = targets.find((one) => one.provider === provider && one.model === model)?.limits ?? null;
  return limits === null ? {} : { limits };
}

async function toChange(client: Client, before: Alias, { name, targets, team, everybodys, ...facts }: UpdateOptions) {
  const strategy = strategyOf(facts);
  return {
    ...(name !== undefined && { name }),
    ...(targets !== undefined && { targets: targets.map((target) => ({ ...target, ...limitsOf(before, target) })) }),
    ...(strategy !== undefined && { strategy }),
    ...(everybodys === true && { team_id: null }),
    ...(team !== undefined && { team_id: (await findTeam(client, team)).id }),
  };
}

function addList(alias: Command, contextOf: ContextOf): void {
  alias
    .command("list")
    .description("list aliases: everybody's, and those of one's teams")
    .option("--team <name-or-id>", "only those of this team")
    .action(async ({ team }: { team?: string }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const asked = team === undefined ? {} : { team_id: (await findTeam(client, team)).id };
      const aliases = await listAll((query) => client.aliases.list({ query: { ...query, ...asked } }));
      output.table(aliases, columns, "There are no aliases.");
    });
}

function addDelete(alias: Command, contextOf: ContextOf): void {
  alias
    .command("delete <name-or-id>")
    .description("delete an alias; clients that ask for it are told that there is no such model")
    .action(async (given: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id, name } = await findAlias(client, given);
      output.show(await client.aliases.remove({ params: { id } }), [`Deleted ${name}`]);
    });
}

function withCache(command: Command): Command {
  return command
    .option("--cache-ttl <seconds>", "answers are kept for so long, for requests that come again", toSeconds)
    .addOption(
      new Option("--cache-scope <scope>", "among whose requests; of each key, where nothing is said").choices(
        cacheScopes,
      ),
    )
    .addOption(
      new Option("--cache-pace <pace>", "how streams are told again; natural: with the pauses that they had").choices(
        cachePaces,
      ),
    )
    .option(
      "--cache-semantic <model>",
      "questions of the same meaning are told them, too, by embeddings of this PROVIDER/MODEL or alias",
    )
    .option("--cache-threshold <cosine>", "how alike they must be, from 0.5 to 1", toCosine);
}

type CacheOptions = Pick<
  UpdateOptions,
  "cacheTtl" | "cacheScope" | "cachePace" | "cacheSemantic" | "cacheThreshold" | "cacheExact" | "uncached"
>;

/** What is left out stays as it is, or is as usual. */
function cachePolicy(options: CacheOptions, before: Alias["cache"]) {
  const { cacheTtl, cacheScope, cachePace, cacheSemantic, cacheThreshold, cacheExact, uncached } = options;
  if (uncached === true) return { cache: null };
  const said = [cacheTtl, cacheScope, cachePace, cacheSemantic, cacheThreshold, cacheExact];
  if (said.every((one) => one === undefined)) return {};
  const [ttl, scope] = [cacheTtl ?? before?.ttl_seconds, cacheScope ?? scopeOf(before)];
  const pace = cachePace ?? cachePaces.find((one) => one === before?.pace);
  return {
    cache: {
      ...(ttl !== undefined && { ttl_seconds: ttl }),
      ...(scope !== undefined && { scope }),
      ...(pace !== undefined && { pace }),
      semantic: cacheExact === true ? null : semanticPolicy(options, before?.semantic ?? null),
    },
  };
}

type Semantic = NonNullable<Alias["cache"]>["semantic"];

function semanticPolicy({ cacheSemantic, cacheThreshold }: CacheOptions, before: Semantic) {
  const model = cacheSemantic ?? before?.model;
  if (model === undefined) {
    if (cacheThreshold === undefined) return null;
    throw new InvalidArgumentError("Say with --cache-semantic whose embeddings are compared.");
  }
  return { ...before, model, ...(cacheThreshold !== undefined && { threshold: cacheThreshold }) };
}

function toCosine(text: string): number {
  const cosine = Number(text);
  if (!/^\d(?:\.\d+)?$/.test(text) || cosine > 1) throw new InvalidArgumentError("Give a number from 0.5 to 1.");
  return cosine;
}

/** A newer server may have others, which are not to be changed from here. */
function scopeOf(before: Alias["cache"]): Scope | undefined {
  return cacheScopes.find((scope) => scope === before?.scope);
}

function toSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number of seconds.");
  return Number(text);
}

/** A model may have slashes and colons in its name; the provider has none. */
function collectTarget(text: string, before: readonly Target[] = []): readonly Target[] {
  const [, provider, model, weight] = /^([^/]+)\/(.+?)(?:=(\d+))?$/.exec(text) ?? [];
  if (provider === undefined || model === undefined)
    throw new InvalidArgumentError("Give PROVIDER/MODEL or PROVIDER/MODEL=WEIGHT.");
  return [...before, { provider, model, ...(weight !== undefined && { weight: Number(weight) }) }];
}

const columns = {
  name: ({ name }: Alias) => name,
  strategy: ({ strategy }: Alias) => strategy,
  targets: ({ targets, strategy }: Alias) =>
    targets
      .map(({ provider, model, weight }) => `${provider}/${model}${strategy === "weighted" ? `=${weight}` : ""}`)
      .join(" "),
  cache: ({ cache }: Alias) =>
    cache === null ? "-" : `${cache.ttl_seconds} s, ${cache.scope}${cache.semantic === null ? "" : ", by meaning"}`,
  team: ({ team_id: team }: Alias) => orDash(team),
  declared: ({ declared }: Alias) => orDash(declared),
  id: ({ id }: Alias) => id,
};
