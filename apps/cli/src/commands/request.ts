import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Command } from "commander";
import type { ContextOf } from "#context.ts";
import { linesOfRequest } from "./request-lines.ts";

type Content = RouteAnswer<AdminRoutes["requests"]["content"]>;
type StoredText = NonNullable<Content["request"]>;

export function addRequestCommand(program: Command, contextOf: ContextOf): void {
  const request = program.command("request").description("single requests");
  request
    .command("show <id>")
    .description("why a request went as it did: its targets, attempts, limits and cost")
    .action(async (id: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const detail = await client.requests.get({ params: { id } });
      output.show(detail, linesOfRequest(detail));
    });
  request
    .command("content <id>")
    .description("print the stored prompt and answer of a request; the audit log tells of it")
    .action(async (id: string, _options: object, command: Command) => {
      const { output, connect } = contextOf(command);
      const { client } = await connect();
      const content = await client.requests.content({ params: { id } });
      output.show(content, linesOf(content));
    });
}

const absences: Readonly<Record<string, string>> = {
  dropped: "Its texts were to be stored, but there was no room for them.",
  gone: "Its texts were kept, and are not there: erased, older than they are kept, or lost with the process that had them.",
  not_stored: "Its texts are not stored: the policy of its key did not ask for it.",
};

function linesOf(content: Content): readonly string[] {
  const { state, request, answer, answer_text: text } = content;
  if (state !== "stored") return [absences[state] ?? state];
  return [
    ...partOf("Request", request, request?.body ?? null),
    "",
    ...partOf("Answer", answer, text ?? answer?.body ?? null),
  ];
}

function partOf(name: string, stored: StoredText | null, text: string | null): readonly string[] {
  if (stored === null) return [`${name}: not stored`];
  const { content_type: type, bytes, is_cut: isCut, left_out: leftOut } = stored;
  const notes = [
    type,
    `${bytes} bytes`,
    ...(isCut ? ["cut"] : []),
    ...(leftOut > 0 ? [`${leftOut} of its files left out`] : []),
  ];
  return [`${name} (${notes.join(", ")})`, ...(text === null ? [] : [printed(text)])];
}

/** Lines stay lines; no other control character may move the cursor of whoever reads it. */
function printed(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "?");
}
