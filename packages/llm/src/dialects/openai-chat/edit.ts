import type { ParsedRequest, RequestEdits } from "#dialects/dialect.ts";
import { findMembers } from "#wire/json-members.ts";
import type { Member } from "#wire/json-members.ts";
import { isObject, parseJson } from "#wire/json.ts";

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Puts the target's model in, and asks for usage within streams. Numbers, order and spaces stay as they were written. */
export function editRequest(request: ParsedRequest, { model }: RequestEdits): string {
  const asksUsage = request.stream && !request.wantsStreamUsage && request.operation !== "embeddings";
  if (model === request.model && !asksUsage) return request.text;
  const members = findMembers(request.text);
  if (members === null) return rewrite(request.text, model, asksUsage);
  const edits: Replacement[] = [];
  if (model !== request.model) edits.push(replaceModel(members, model));
  if (asksUsage) edits.push(askForUsage(request.text, members));
  return applyEdits(request.text, edits);
}

function replaceModel(members: readonly Member[], model: string): Replacement {
  const member = members.find(({ key }) => key === "model");
  if (member === undefined) throw new TypeError("a parsed request has a model");
  return { start: member.valueStart, end: member.valueEnd, text: JSON.stringify(model) };
}

function askForUsage(text: string, members: readonly Member[]): Replacement {
  const options = members.find(({ key }) => key === "stream_options");
  if (options === undefined) {
    const start = text.indexOf("{") + 1;
    return { start, end: start, text: '"stream_options":{"include_usage":true},' };
  }
  return {
    start: options.valueStart,
    end: options.valueEnd,
    text: JSON.stringify(withUsage(parseJson(text.slice(options.valueStart, options.valueEnd)))),
  };
}

function withUsage(options: unknown): object {
  return { ...(isObject(options) ? options : {}), include_usage: true };
}

function applyEdits(text: string, edits: readonly Replacement[]): string {
  let edited = text;
  for (const { start, end, text: inserted } of [...edits].sort((a, b) => b.start - a.start)) {
    edited = edited.slice(0, start) + inserted + edited.slice(end);
  }
  return edited;
}

/** For bodies with escaped or repeated keys, where a place in the text is in doubt: the parser's view is sent. */
function rewrite(text: string, model: string, asksUsage: boolean): string {
  const body = parseJson(text);
  if (!isObject(body)) throw new TypeError("a parsed request is an object");
  const edited = { ...body, model, ...(asksUsage && { stream_options: withUsage(body["stream_options"]) }) };
  return JSON.stringify(edited);
}
