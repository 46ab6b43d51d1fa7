// What the running server has of its configuration file: faults, what waits for a restart, and what the database has otherwise.

import type { Command } from "commander";
import type { Client } from "@ghostllm/contract/client";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";

type Declared = Awaited<ReturnType<Client["system"]["declared"]>>;
type Step = Declared["differences"][number];

export function addRunningConfigCommands(config: Command, contextOf: ContextOf): void {
  config
    .command("status")
    .description("what the running server has read: its faults, and which settings wait for a restart")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { file, read_at: readAt, problems, settings } = await client.system.configuration({});
      const waiting = settings.filter((one) => one.waiting !== null);
      output.show({ file, read_at: readAt, problems, waiting }, [
        file === null ? "No file, environment only." : `${file}, read at ${readAt ?? "its start"}.`,
        ...problems.map(({ place, message }) => `fault: ${place}: ${message}`),
        ...waiting.map(
          (one) => `needs a restart: ${one.path} is ${String(one.value ?? "unset")}, the file has ${one.waiting}`,
        ),
      ]);
    });

  addReload(config, contextOf);

  config
    .command("diff")
    .description("what the database has otherwise than the file declares, and what applying it would do")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const declared = await client.system.declared({});
      output.show(declared, [stateOf(declared), ...problemsOf(declared), ...declared.differences.flatMap(linesOf)]);
    });

  config
    .command("apply")
    .description("make the database what the file of the server declares, also where another instance has a newer one")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const applied = await client.system.apply({});
      const none = applied.steps.length === 0 ? ["All is as the file says."] : [];
      output.show(applied, [...none, ...applied.steps.flatMap(linesOf)]);
    });
}

function addReload(config: Command, contextOf: ContextOf): void {
  config
    .command("reload")
    .description("have the running server read its file anew; one with a fault changes nothing")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const { read_at: readAt, problems } = await client.system.reload();
      const faults = problems.map(({ place, message }) => `fault: ${place}: ${message}`);
      output.show({ read_at: readAt, problems }, faults.length === 0 ? [`The file was read at ${readAt}.`] : faults);
      if (faults.length > 0) throw new CliError("not_taken", "What was before is in force", exitCodes.failure);
    });
}

function stateOf({ state, file, applied, differences }: Declared): string {
  const last = applied === null ? "" : ` ${applied.file} of ${applied.at} was applied last, by ${applied.instance}.`;
  if (state === "none") return `The file declares nothing.${last}`;
  if (state === "older") return `${file} of this instance is older than what is in force.${last}`;
  if (state === "refused") return `${file} cannot be applied as it is.${last}`;
  return differences.length === 0 ? `All is as ${file} says.` : `${file} is in force, and something was changed since.`;
}

function problemsOf({ problems }: Declared): readonly string[] {
  return problems.map(({ place, message }) => `fault: ${place}: ${message}`);
}

const deeds: Readonly<Record<string, string>> = {
  created: "+",
  changed: "~",
  adopted: "=",
  removed: "-",
  revoked: "-",
  disabled: "-",
  kept: "=",
};

function linesOf({ kind, name, place, deed, differences }: Step): readonly string[] {
  const head = `${deeds[deed] ?? "?"} ${kind} ${name} (${deed}${place === null ? "" : `, ${place}`})`;
  return [head, ...differences.map((one) => `    ${one.field}: ${textOf(one.stored)} -> ${textOf(one.declared)}`)];
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? "-" : JSON.stringify(value);
}
