// Parts of a conversation as requests write them: which are text, which are pictures, and of which nobody can tell the size.

import { Fields } from "#wire/json-tree.ts";
import type { Tree } from "#wire/json-tree.ts";

export interface PartDemand {
  readonly pictures?: number;
  readonly hearsSound?: true;
  /** Its size is known to the vendor alone: what it is called. */
  readonly unseen?: string;
}

/** Pictures by the `type` of their part. */
export const pictureSign = /^(?:image|image_url|input_image|computer_screenshot)$/;

/** Their text is in the request. */
const plain: ReadonlySet<string> = new Set([
  ...[
    "text",
    "input_text",
    "output_text",
    "refusal",
    "summary_text",
    "reasoning_text",
    "thinking",
    "redacted_thinking",
  ],
  ...["tool_use", "tool_result", "server_tool_use", "mcp_tool_use", "mcp_tool_result", "tool_reference"],
  ...["web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result", "tool_search_tool_result"],
  ...[
    "bash_code_execution_tool_result",
    "text_editor_code_execution_tool_result",
    "web_search_result",
    "search_result",
  ],
  ...["web_search_tool_result_error", "tool_search_tool_search_result", "compaction"],
  ...["message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"],
  ...["local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output", "apply_patch_call"],
  ...["apply_patch_call_output", "computer_call", "computer_call_output", "tool_search_call", "tool_search_output"],
]);

/** Members of parts that have no type. What is not here may be anything. */
const plainMembers: ReadonlySet<string> = new Set([
  ...["text", "thought", "thoughtsignature", "functioncall", "functionresponse", "executablecode"],
  ...["codeexecutionresult", "videometadata", "mediaresolution", "partmetadata", "inlinedata", "filedata"],
  ...["role", "content", "name", "toolcalls", "toolcallid", "cachecontrol", "id", "status", "phase", "image", "parts"],
]);

export function judgePart(part: Fields): readonly PartDemand[] {
  const types = part.texts("type");
  if (types.length > 0) return types.map((type) => judgeType(type, part));
  const odd = part.entries.find(([name, value]) => value !== null && !plainMembers.has(name));
  return odd === undefined ? [] : [unknownPart(odd[0])];
}

function judgeType(type: string, part: Fields): PartDemand {
  if (plain.has(type)) return {};
  if (pictureSign.test(type)) return isOtherMedia(part) ? { unseen: "a document" } : { pictures: 1 };
  if (type === "input_audio") return { hearsSound: true, unseen: "sound" };
  if (type === "reasoning") return part.texts("encryptedcontent").length > 0 ? {} : keptThought(part);
  if (type === "item_reference") return { unseen: "a part of an earlier conversation" };
  if (type === "document") return isTextDocument(part) ? {} : { unseen: "a document" };
  return /^(?:input_)?file$/.test(type) ? { unseen: "a document" } : unknownPart(type);
}

/** A vendor that kept the answer puts its thoughts into the prompt again. */
function keptThought(part: Fields): PartDemand {
  return part.texts("id").length === 0 ? {} : { unseen: "thoughts that the vendor keeps" };
}

/** Some vendors take documents and films in the place of pictures. */
function isOtherMedia(part: Fields): boolean {
  return textsWithin(part).some(
    (text) => /^data:(?!image\/)/i.test(text) || /^(?!image\/)[\w.+-]+\/[\w.+-]+$/.test(text),
  );
}

/** Of the part and of the object in it that has the picture. */
function textsWithin(part: Fields): readonly string[] {
  const inner = part.entries.flatMap(([, value]) => (value instanceof Fields ? textsOf(value) : []));
  return [...textsOf(part), ...inner];
}

function textsOf({ entries }: Fields): readonly string[] {
  const named = entries.filter(([name]) => carriers.has(name));
  return named.map(([, value]) => value).filter((value) => typeof value === "string");
}

const carriers: ReadonlySet<string> = new Set(["imageurl", "url", "mediatype", "mimetype"]);

/** Plain text, and blocks that are looked at by themselves. */
function isTextDocument(part: Fields): boolean {
  const sources = part.all("source").filter((source) => source instanceof Fields);
  const kinds = sources.flatMap((source) => source.texts("type"));
  return kinds.length > 0 && kinds.every((kind) => kind === "text" || kind === "content");
}

function unknownPart(name: string): PartDemand {
  return {
    unseen: `content of the kind '${name.slice(0, 40)}'`,
    ...(/audio/i.test(name) && { hearsSound: true as const }),
  };
}

/** Bytes with their type, as Google's requests carry them. */
export function judgeInline(inline: Tree): PartDemand {
  const types = inline instanceof Fields ? inline.texts("mimetype") : [];
  if (types.length > 0 && types.every((type) => /^image\//i.test(type))) return { pictures: 1 };
  return {
    unseen: "a document",
    ...(types.some((type) => /^(?:audio|video)\//i.test(type)) && { hearsSound: true as const }),
  };
}
