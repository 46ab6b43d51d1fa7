import { eventNames, nameOf, type CloudEvent } from "@ghostllm/contract/events";
import { followEvents } from "@ghostllm/contract/follow-events";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import { printable } from "#output.ts";

interface TailOptions {
  readonly types?: string;
  readonly after?: string;
}

export function addEventsCommand(program: Command, contextOf: ContextOf): void {
  const events = program.command("events").description("what happens");
  events
    .command("tail")
    .description("shows events as they happen, until Ctrl-C; with --json one document a line")
    .option("--types <names>", "only these, with commas between them, such as key.created,request.end")
    .option("--after <place>", "what has happened since this place, too")
    .action(async ({ types, after }: TailOptions, command: Command) => {
      const { output, streams, connect } = contextOf(command);
      const { url, key } = await connect();
      const followed = followEvents({
        ...{ baseUrl: url, apiKey: key, signal: untilStopped() },
        ...(types !== undefined && { types: readTypes(types) }),
        ...(after !== undefined && { lastEventId: after }),
        onState: (state) => {
          if (state === "lost") streams.writeError("The connection was lost: it is made again.\n");
        },
      });
      for await (const { place, event } of followed)
        streams.writeOut(`${output.isJson ? JSON.stringify({ place, event }) : lineOf(event)}\n`);
    });
}

/** Ctrl-C, or nobody reads any more. */
function untilStopped(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  process.stdout.once("error", stop);
  return controller.signal;
}

function readTypes(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => nameOf(name) === undefined);
  if (unknown === undefined) return names.flatMap((name) => nameOf(name) ?? []);
  const known = eventNames.join(", ");
  throw new CliError("invalid_type", `There are no events '${printable(unknown)}', but ${known}`, exitCodes.usage);
}

function lineOf({ time, type, data }: CloudEvent): string {
  const facts = Object.entries(data).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return printable(`${time}  ${(nameOf(type) ?? type).padEnd(16)}  ${facts.join(" ")}`);
}
