import { readFileSync } from "node:fs";
import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer, RouteInput } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import { parseCount } from "#arguments.ts";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes, notFound } from "#exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { printable } from "#output.ts";
import { findConsentHolder } from "./consent-policy.ts";

type Guardrail = RouteAnswer<AdminRoutes["guardrails"]["get"]>;
type Given = RouteInput<AdminRoutes["guardrails"]["create"]>["body"];

interface CreateOptions {
  readonly name?: string;
  readonly of?: string;
  readonly models?: readonly string[];
  readonly stage?: string;
  readonly words?: readonly string[];
  readonly patterns?: readonly string[];
  readonly most?: number;
  readonly webhook?: string;
  readonly moderation?: string;
  readonly schema?: string;
  readonly schemaOfRequest?: boolean;
  readonly action?: string;
  readonly open?: boolean;
  readonly file?: string;
}

export function addGuardrailCommand(program: Command, contextOf: ContextOf): void {
  const guardrail = program.command("guardrail").description("what is looked for in requests and answers");
  addCreate(guardrail, contextOf);
  addSwitch(guardrail, contextOf);
  addTry(guardrail, contextOf);

  guardrail
    .command("list")
    .description("list guardrails")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const guardrails = await listAll((query) => client.guardrails.list({ query }));
      output.table(guardrails, columns, "Nothing is looked for in requests and answers.");
    });

  guardrail
    .command("delete <name>")
    .description("delete a guardrail; it is held against nothing any more")
    .action(async (name: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { id } = await findGuardrail(client, name);
      output.show(await client.guardrails.remove({ params: { id } }), [`Deleted ${name}`]);
    });
}

function addCreate(guardrail: Command, contextOf: ContextOf): void {
  guardrail
    .command("create")
    .description("hold requests and answers to a check, of everybody where nobody is named")
    .option("--name <name>", "what it is called")
    .option("--of <who>", "of a key, by its public part, of a user, by the e-mail address, or of team:NAME")
    .option("--models <patterns...>", "models and aliases, with * as wildcard")
    .option("--stage <stage>", "input, output or both")
    .option("--words <words...>", "finds these words, in any case")
    .option("--patterns <patterns...>", "finds what these describe, in the syntax of RE2")
    .option("--most <characters>", "finds what has more characters", parseCount)
    .option("--webhook <url>", "asks this server")
    .option("--moderation <provider>", "asks the moderation endpoint of this provider")
    .option("--schema <path>", "holds answers to the JSON Schema in this file")
    .option("--schema-of-request", "holds answers to the JSON Schema that their request asks for")
    .option("--action <action>", "block, redact or flag")
    .option("--open", "what it cannot be held against passes")
    .option("--file <path>", "the guardrail as JSON; the options above go before it")
    .action(async (options: CreateOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const created = await client.guardrails.create({ body: await toBody(client, options) });
      const secret = created.secret === null ? [] : [`The secret of its webhook, this once: ${created.secret}`];
      output.show(created, [`Created ${created.name} (${created.id})`, ...secret]);
    });
}

function addSwitch(guardrail: Command, contextOf: ContextOf): void {
  for (const isActive of [true, false])
    guardrail
      .command(`${isActive ? "enable" : "disable"} <name>`)
      .description(isActive ? "hold it against requests and answers again" : "hold it against nothing for a while")
      .action(async (name: string, _options: object, command: Command) => {
        const { output, connect } = contextOf(command);
        const { client } = await connect();
        const { id } = await findGuardrail(client, name);
        const changed = await client.guardrails.update({ params: { id }, body: { is_active: isActive } });
        output.show(changed, [`${isActive ? "Enabled" : "Disabled"} ${changed.name}`]);
      });
}

interface TryOptions {
  readonly stage?: string;
  readonly only?: readonly string[];
  readonly ask?: boolean;
}

function addTry(guardrail: Command, contextOf: ContextOf): void {
  guardrail
    .command("try <text>")
    .description("say what guardrails would do with a text, which is kept nowhere")
    .option("--stage <stage>", "input, as of a request, or output, as of an answer")
    .option("--only <names...>", "these, also where they are switched off; all that are switched on where left out")
    .option("--ask", "webhooks and moderation endpoints are asked")
    .action(async (text: string, { stage = "input", only, ask = false }: TryOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const ids = only && (await Promise.all(only.map(async (name) => (await findGuardrail(client, name)).id)));
      const body = { text, stage: stage as Stage, ask, guardrail_ids: ids ?? null };
      const trial = await client.guardrails.try({ body });
      output.show(trial, linesOfTrial(text, trial));
    });
}

type Stage = NonNullable<RouteInput<AdminRoutes["guardrails"]["try"]>["body"]>["stage"];

function linesOfTrial(text: string, trial: RouteAnswer<AdminRoutes["guardrails"]["try"]>): readonly string[] {
  const told = trial.text;
  return [
    ...trial.guardrails.map(({ outcome, name }) => printable(`${outcome.padEnd(11)}  ${name}`)),
    told === null ? "It is blocked." : told === text ? "It passes as it is." : printable(`It passes as: ${told}`),
  ];
}

/** What is wrong with it, the server judges. */
async function toBody(client: Client, options: CreateOptions): Promise<Given> {
  const { name, of, models, action, open, file } = options;
  const given: Partial<Given> = file === undefined ? {} : readJson(file, "a guardrail");
  const check = checkOf(options) ?? given.check;
  if (check === undefined)
    throw new CliError("missing_check", "Say what is looked for: --words, --patterns, --most, ...", exitCodes.usage);
  // There is no other for it.
  const stage = options.stage ?? (check.kind === "json-schema" ? "output" : undefined);
  return {
    ...given,
    ...{ name: name ?? given.name ?? "", check },
    ...(of !== undefined && { applies_to: await findConsentHolder(client, of) }),
    ...(models !== undefined && { models: [...models] }),
    ...(stage !== undefined && { stage: stage as Given["stage"] }),
    ...(action !== undefined && { action: action as Given["action"] }),
    ...(open === true && { on_failure: "open" as const }),
  };
}

function checkOf(options: CreateOptions): Given["check"] | undefined {
  const { words, patterns, most, webhook, moderation, schema, schemaOfRequest } = options;
  if (words !== undefined || patterns !== undefined)
    return { kind: "text", words: [...(words ?? [])], patterns: [...(patterns ?? [])] };
  if (most !== undefined) return { kind: "size", most };
  if (schema !== undefined || schemaOfRequest === true)
    return {
      kind: "json-schema",
      schema: schema === undefined ? null : readJson(schema, "a JSON Schema"),
      from_request: schemaOfRequest === true,
    };
  if (webhook !== undefined) return { kind: "webhook", url: webhook };
  return moderation === undefined ? undefined : { kind: "moderation", provider: moderation };
}

/** As it is: the server judges what is in it. */
function readJson<Json>(path: string, what: string): Json {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new CliError("invalid_file", `${path} is no file with ${what} as JSON`, exitCodes.usage);
  }
}

async function findGuardrail(client: Client, name: string): Promise<Guardrail> {
  const guardrails = await listAll((query) => client.guardrails.list({ query }));
  const found = guardrails.find((one) => one.id === name || one.name === name);
  if (found === undefined) throw notFound("guardrail", name);
  return found;
}

const columns = {
  name: ({ name }: Guardrail) => name,
  "applies to": ({ applies_to: { kind, id } }: Guardrail) => (id === null ? kind : `${kind} ${id}`),
  models: ({ models }: Guardrail) => models?.join(", ") ?? "all",
  stage: ({ stage }: Guardrail) => stage,
  check: ({ check: { kind } }: Guardrail) => kind,
  action: ({ action }: Guardrail) => action,
  "on failure": ({ on_failure: onFailure }: Guardrail) => onFailure,
  active: ({ is_active: isActive }: Guardrail) => (isActive ? "yes" : "no"),
};
