import type { ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { writeJson } from "#dialects/fields/extras.ts";
import { spliceJson } from "#wire/json-members.ts";
import type { Member, Splice } from "#wire/json-members.ts";
import { exactInRequests, parseExactly } from "#wire/exact-json.ts";
import { isObject, parseJson } from "#wire/json.ts";

/**
 * Puts the target's model in, and asks for usage within streams. Numbers, order and spaces stay as they were written.
 * A body with a key twice is rewritten even when nothing is to be edited: a vendor whose parser takes the first of the
 * two must not act on another model than the one that was permitted and priced.
 */
export function editRequest(request: ParsedRequest, { model, quirks }: RequestEdits): Buffer | string {
  const { body, members, form, stream, wantsStreamUsage, operation } = request;
  if (form !== undefined) return editForm(request, form, model);
  const isTold = wantsStreamUsage || quirks.streamUsage === "unasked";
  const asksUsage = stream && !isTold && operation !== "embeddings";
  if (members === null) return rewrite(body, model, asksUsage);
  const edits: Splice[] = [];
  if (model !== request.model) edits.push(replaceModel(body, members, model));
  if (asksUsage) edits.push(askForUsage(body, members));
  return edits.length === 0 ? body : spliceJson(body, edits);
}

/** A request that leaves the model to the vendor has no such member. */
function replaceModel(body: Buffer, members: readonly Member[], model: string): Splice {
  const member = members.find(({ key }) => key === "model");
  const text = JSON.stringify(model);
  if (member !== undefined) return { start: member.valueStart, end: member.valueEnd, text };
  const start = body.indexOf("{") + 1;
  return { start, end: start, text: `"model":${text}${members.length > 0 ? "," : ""}` };
}

function editForm(
  { body, model: asked }: ParsedRequest,
  { modelStart: start, modelEnd: end }: NonNullable<ParsedRequest["form"]>,
  model: string,
): Buffer {
  return model === asked ? body : spliceJson(body, [{ start, end, text: model }]);
}

/** `members` are those of the body, at least one. */
export function askForUsage(body: Buffer, members: readonly Member[]): Splice {
  const options = members.find(({ key }) => key === "stream_options");
  if (options === undefined) {
    const start = body.indexOf("{") + 1;
    return { start, end: start, text: '"stream_options":{"include_usage":true},' };
  }
  return {
    start: options.valueStart,
    end: options.valueEnd,
    text: writeJson(
      withUsage(parseJson(body.toString("utf8", options.valueStart, options.valueEnd))),
      "invalid_request_error",
    ),
  };
}

function withUsage(options: unknown): object {
  return { ...(isObject(options) ? options : {}), include_usage: true };
}

/** For bodies with escaped or repeated keys, where a place in the text is in doubt: the parser's view is sent. */
function rewrite(body: Buffer, model: string, asksUsage: boolean): string {
  const fields = parseExactly(body.toString("utf8"), exactInRequests);
  if (!isObject(fields)) throw new TypeError("a parsed request is an object");
  const edited = { ...fields, model, ...(asksUsage && { stream_options: withUsage(fields["stream_options"]) }) };
  return writeJson(edited, "invalid_request_error");
}
