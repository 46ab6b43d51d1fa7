// What can be asked for over a WebSocket: the paths of all chats, in every dialect.

import { GhostError } from "@ghostllm/contract";
import { crossesAs, dialects } from "@ghostllm/llm";
import type { ChannelForm } from "@ghostllm/llm";

export interface ChatEndpoint {
  readonly path: string;
  /** Null: the events of its streams are told as they are, and an answer that is not streamed as one. */
  readonly form: ChannelForm | null;
}

const usualPath = "/v1/chat/completions";

const known = Object.values(dialects).flatMap(({ client: { endpoints, channel = null } }) =>
  endpoints
    .filter(({ operation }) => crossesAs(operation) === "chat.completions")
    .map(({ path }) => ({ pattern: patternOf(path), form: channel })),
);

/** Throws GhostError `invalid_request_error` for a path of none. */
export function chatEndpoint(asked: string | null): ChatEndpoint {
  const path = asked ?? usualPath;
  const [bare = ""] = path.split("?", 1);
  const found = known.find(({ pattern }) => pattern.test(bare));
  if (found !== undefined && !/[^\x21-\x7e]/.test(path)) return { path, form: found.form };
  throw new GhostError("invalid_request_error", `'endpoint' is the path of a chat, such as ${usualPath}.`, {
    param: "endpoint",
  });
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace("{model}", ".+")}$`);
}
