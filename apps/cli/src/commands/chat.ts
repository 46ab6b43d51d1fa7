// Saved chats, of the user whose key it is.

import { readStream } from "@ghostllm/contract/read-stream";
import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { listAll } from "@ghostllm/contract/list-all";
import { writePieces } from "#written-pieces.ts";

type Chat = RouteAnswer<AdminRoutes["chatSessions"]["list"]>["data"][number];
type Message = RouteAnswer<AdminRoutes["chatSessions"]["get"]>["messages"][number];

interface ListOptions {
  readonly search?: string;
  readonly archived?: boolean;
}

export function addChatCommand(program: Command, contextOf: ContextOf): void {
  const chat = program.command("chat").description("saved chats, one's own: with the key of a user (docs/sessions.md)");
  addReading(chat, contextOf);
  addChanging(chat, contextOf);
}

function addReading(chat: Command, contextOf: ContextOf): void {
  chat
    .command("list")
    .description("list saved chats, the last used first")
    .option("--search <words>", "only those with all of these words in the title")
    .option("--archived", "only those that are archived")
    .action(async ({ search, archived }: ListOptions, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const narrowed = {
        ...(search !== undefined && { q: search }),
        archived: archived === true ? ("true" as const) : ("false" as const),
      };
      const chats = await listAll((query) => client.chatSessions.list({ query: { ...query, ...narrowed } }));
      output.table(chats, columns, "There are no saved chats.");
    });
  chat
    .command("show <id>")
    .description("print what was said")
    .action(async (id: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const found = await client.chatSessions.get({ params: { id } });
      output.show(found, [printed(found.title), "", ...found.messages.flatMap(linesOf)]);
    });
  chat
    .command("export <id>")
    .description("write it as JSON, a message a line, or as Markdown")
    .option("--markdown", "to be read by people")
    .option("--output <file>", "write it there instead of to the standard output")
    .action(
      async (id: string, options: { readonly markdown?: boolean; readonly output?: string }, command: Command) => {
        const { streams, connect } = contextOf(command);
        const { url, key } = await connect();
        const { export: asJson, exportMarkdown } = adminRoutes.chatSessions;
        const { mediaType } = options.markdown === true ? exportMarkdown : asJson;
        const behind = options.markdown === true ? "/markdown" : "";
        const route = {
          path: `/admin/chat-sessions/${encodeURIComponent(id)}/export${behind}`,
          mediaType,
        } as const;
        await writePieces(readStream({ baseUrl: url, apiKey: key, route }), streams, options.output);
      },
    );
}

function addChanging(chat: Command, contextOf: ContextOf): void {
  chat
    .command("rename <id> <title>")
    .description("give it another title")
    .action(async (id: string, title: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const found = await client.chatSessions.update({ params: { id }, body: { title } });
      output.show(found, [`Renamed ${id}`]);
    });
  chat
    .command("archive <id>")
    .description("put it out of sight, or with --undo back")
    .option("--undo", "bring it back")
    .action(async (id: string, { undo }: { readonly undo?: boolean }, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const found = await client.chatSessions.update({ params: { id }, body: { archived: undo !== true } });
      output.show(found, [undo === true ? `Brought back ${id}` : `Archived ${id}`]);
    });
  chat
    .command("delete <id>")
    .description("delete it for good")
    .action(async (id: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      output.show(await client.chatSessions.remove({ params: { id } }), [`Deleted ${id}`]);
    });
}

function linesOf({ role: by, text, tool_calls: calls, tool_results: results, media, state }: Message) {
  return [
    `${by}${state === "cut" ? " (cut)" : ""}:`,
    ...(text === "" ? [] : [printed(text)]),
    ...calls.map((call) => printed(`calls ${call.name} ${call.arguments}`)),
    ...results.map((result) => printed(`result ${result.text}`)),
    ...(media.length === 0 ? [] : [`${media.length} attached`]),
    "",
  ];
}

/** Lines stay lines; no other control character may move the cursor of whoever reads it. */
function printed(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "?");
}

const columns = {
  title: ({ title }: Chat) => printed(title),
  model: ({ model }: Chat) => model,
  "last used": ({ updated_at: at }: Chat) => at.slice(0, 16),
  id: ({ id }: Chat) => id,
};
