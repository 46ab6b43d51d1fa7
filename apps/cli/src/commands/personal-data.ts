// What is stored about a user: all of it, and its erasure.

import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@ghostllm/contract/client";
import { readStream } from "@ghostllm/contract/read-stream";
import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { CliError, exitCodes } from "#exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { findUser } from "#lookup.ts";
import { orDash } from "#output.ts";
import { writePieces } from "#written-pieces.ts";

type Erasure = RouteAnswer<AdminRoutes["personalData"]["erasure"]>;

export function addPersonalDataCommands(user: Command, contextOf: ContextOf): void {
  addExport(user, contextOf);
  addErase(user, contextOf);
  user
    .command("erasures")
    .description("list users who were erased, by their ids, and how far that is")
    .action(async (_options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const erasures = await listAll((query) => client.personalData.erasures({ query }));
      output.table(erasures, columns, "Nobody was erased.");
    });
}

function addExport(user: Command, contextOf: ContextOf): void {
  user
    .command("export <email-or-id>")
    .description("write all that is stored about a user, a line each as JSON")
    .option("--output <file>", "write it there instead of to the standard output")
    .action(async (name: string, { output: path }: { readonly output?: string }, command: Command) => {
      const { streams, connect } = contextOf(command);
      const { client, url, key } = await connect();
      const { id } = await findUser(client, name);
      const { mediaType } = adminRoutes.personalData.export;
      const route = { path: `/admin/users/${id}/export`, mediaType } as const;
      await writePieces(whole(readStream({ baseUrl: url, apiKey: key, route })), streams, path);
    });
}

/** Without its last line it was cut. */
async function* whole(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let end = "";
  for await (const piece of pieces) {
    end = (end + piece).slice(-mostOfLine);
    yield piece;
  }
  if (end.trimEnd().split("\n").at(-1)?.startsWith('{"kind":"manifest"') === true) return;
  throw new CliError("export_cut", "The export was cut: its last line, the manifest, is missing", exitCodes.failure);
}

const mostOfLine = 10_000;

interface EraseOptions {
  readonly yes?: boolean;
  readonly wait: boolean;
}

function addErase(user: Command, contextOf: ContextOf): void {
  user
    .command("erase <email-or-id>")
    .description("take all that tells of a user out of what is stored, for good; usage and spend stay, by an id")
    .option("--yes", "do it: it cannot be undone")
    .option("--no-wait", "answer when the user is gone, and not when the logs are looked through")
    .action(async (name: string, { yes, wait }: EraseOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const id = isId(name) ? name : (await findUser(client, name)).id;
      if (yes !== true)
        throw new CliError("not_confirmed", `Erasing ${name} cannot be undone: add --yes to do it`, exitCodes.usage);
      const begun = await client.personalData.erase({ params: { id } });
      const erasure = wait ? await finished(client, begun) : begun;
      output.show(erasure, [sumUp(erasure)]);
    });
}

/** Of somebody who is erased already nothing else is known. */
function isId(name: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);
}

const pauseMs = 500;

async function finished(client: Client, begun: Erasure): Promise<Erasure> {
  let erasure = begun;
  while (erasure.finished_at === null) {
    await sleep(pauseMs);
    erasure = await client.personalData.erasure({ params: { id: begun.user_id } });
  }
  return erasure;
}

function sumUp({ user_id: id, state, requests, entries, events }: Erasure): string {
  const found = `${requests} requests, ${entries} entries of the audit log and ${events} events told of him`;
  return state === "done" ? `Erased ${id}: ${found}` : `${id} is gone; logs are still looked through`;
}

const columns = {
  id: ({ user_id: id }: Erasure) => id,
  state: ({ state }: Erasure) => state,
  started: ({ started_at: at }: Erasure) => at,
  finished: ({ finished_at: at }: Erasure) => orDash(at),
  entries: ({ entries }: Erasure) => String(entries),
  events: ({ events }: Erasure) => String(events),
};
