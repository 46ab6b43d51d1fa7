// What is done with personal data in requests of a key or a user: `key privacy` and `user privacy`.

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { privacyClasses } from "@ghostllm/contract";
import type { PrivacyAction, PrivacyClass } from "@ghostllm/contract";
import type { Client } from "@ghostllm/contract/client";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import type { ApiKey } from "#lookup.ts";

type Policy = ApiKey["privacy"];
type GivenPolicy = NonNullable<Parameters<Client["apiKeys"]["update"]>[0]["body"]["privacy"]> | null;

interface PrivacyOptions {
  readonly block?: readonly string[];
  readonly mask?: readonly string[];
  readonly replace?: readonly string[];
  readonly unreadable?: string;
  readonly file?: string;
  readonly off?: boolean;
}

interface Holder {
  readonly id: string;
  readonly privacy: Policy;
}

interface Holders<One extends Holder> {
  /** How one is named. */
  readonly argument: string;
  readonly what: string;
  find(client: Client, name: string): Promise<One>;
  update(client: Client, id: string, privacy: GivenPolicy): Promise<One>;
}

/** `privacy`: without options it shows the policy; `--off`, `--file` or all others together are the new one. */
export function addPrivacyCommand<One extends Holder>(
  parent: Command,
  contextOf: ContextOf,
  holders: Holders<One>,
): void {
  addPrivacyOptions(parent.command(`privacy <${holders.argument}>`))
    .description(`show what is done with personal data in requests of ${holders.what}, or set it`)
    .action(async (name: string, options: PrivacyOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const found = await holders.find(client, name);
      const privacy = policyOf(options);
      const shown = privacy === undefined ? found : await holders.update(client, found.id, privacy);
      output.show(shown, describePolicy(shown.privacy));
    });
}

function addPrivacyOptions(command: Command): Command {
  const classes = privacyClasses.join(", ");
  return command
    .option("--block <classes...>", `refuse requests that hold one of: ${classes}`)
    .option("--mask <classes...>", "take them out of requests for good")
    .option("--replace <classes...>", "put placeholders in their place, which answers are told without")
    .option("--unreadable <allow|refuse>", "pictures, sound, files and what an id or a URL leads to")
    .option("--file <path>", "the whole policy as JSON, with patterns of your own")
    .option("--off", "no policy");
}

/** Undefined where nothing is to be changed. */
function policyOf(options: PrivacyOptions): GivenPolicy | undefined {
  if (options.off === true) return null;
  if (options.file !== undefined) return readPolicy(options.file);
  const { block = [], mask = [], replace = [], unreadable } = options;
  if (block.length + mask.length + replace.length === 0 && unreadable === undefined) return undefined;
  const classes = { ...actionFor(replace, "replace"), ...actionFor(mask, "mask"), ...actionFor(block, "block") };
  return { classes, patterns: [], unreadable: unreadable === "refuse" ? "refuse" : "allow" };
}

/** What is in it, the server judges. */
function readPolicy(path: string): GivenPolicy {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new CliError("invalid_file", `${path} is no file with a policy as JSON`, exitCodes.usage);
  }
}

function actionFor(names: readonly string[], action: PrivacyAction): Partial<Record<PrivacyClass, PrivacyAction>> {
  return Object.fromEntries(names.map((name) => [classNamed(name), action]));
}

function classNamed(name: string): PrivacyClass {
  const found = privacyClasses.find((one) => one === name);
  if (found !== undefined) return found;
  const message = `There is no class ${name}: name one of ${privacyClasses.join(", ")}`;
  throw new CliError("unknown_class", message, exitCodes.usage);
}

/** For people. */
function describePolicy(policy: Policy): readonly string[] {
  if (policy === null) return ["no policy: all personal data passes"];
  const classes = Object.entries(policy.classes).map(([one, action]) => `${one}: ${action}`);
  const patterns = policy.patterns.map(({ name, pattern, action }) => `pattern ${name} (${pattern}): ${action}`);
  return [...classes, ...patterns, `what cannot be looked into: ${policy.unreadable}`];
}
