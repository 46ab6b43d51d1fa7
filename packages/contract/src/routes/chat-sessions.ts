import { z } from "zod";
import { flag, id, idParams, listOf, openEnum, pageQuery, removed, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const title = z.string().trim().min(1).max(200);

const chatSession = z
  .object({
    object: z.literal("chat_session"),
    id,
    user_id: id,
    team_id: id.nullable().describe("Of the key with which it was begun: keys of other teams do not find it."),
    title: z.string().describe("The beginning of the first question, until it is given another one."),
    model: z.string().describe("That was asked for last."),
    dialect: openEnum([
      ...(["openai-chat", "openai-responses", "anthropic-messages", "gemini", "ollama"] as const),
    ]).describe("In which it is kept, and goes on."),
    created_at: time,
    updated_at: time.describe("Of the last word."),
    archived: z.boolean(),
  })
  .meta({ id: "ChatSession" });

const toolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() });

const chatMessage = z
  .object({
    id,
    request_id: id.describe("Which added it."),
    turn: z.int().nonnegative().describe("What one request has added: what it asked, and what it was answered."),
    role: openEnum(["system", "user", "assistant", "tool"]),
    text: z.string(),
    reasoning: z.string().describe("What the model thought, where that can be read."),
    tool_calls: z.array(toolCall),
    tool_results: z.array(z.object({ id: z.string(), text: z.string() })),
    media: z.array(
      z.object({
        kind: openEnum(["image", "document", "audio"]),
        url: z.string().nullable().describe("With the data in it, where it was sent so."),
      }),
    ),
    state: openEnum(["whole", "cut"]).describe(
      "`cut`: the answer did not come to its end, and this is what came of it.",
    ),
    created_at: time,
  })
  .meta({ id: "ChatMessage" });

const chatSessionWithMessages = chatSession
  .extend({ messages: z.array(chatMessage) })
  .meta({ id: "ChatSessionWithMessages" });

const chatSessionUpdate = z
  .strictObject({ title: title.optional(), archived: z.boolean().optional() })
  .meta({ id: "ChatSessionUpdate" });

const chatSessionQuery = pageQuery.extend({
  archived: flag.optional().describe("Both where left out."),
  q: z.string().trim().min(1).max(100).optional().describe("Words that the title has all of, in capitals or not."),
});

const tag = "Chat sessions";

export const chatSessionRoutes = defineRoutes({
  list: {
    id: "chatSessions.list",
    tag,
    permission: "chats.manage",
    method: "GET",
    path: "/admin/chat-sessions",
    query: chatSessionQuery,
    response: listOf(chatSession),
    status: 200,
    summary: "List one's saved chats",
    description:
      "One's own, the last used first. Of others nobody has a list: what they have asked is read by whoever has `prompts.read`, request by request. By words the last 2,000 are looked through.",
  },
  get: {
    id: "chatSessions.get",
    tag,
    permission: "chats.manage",
    method: "GET",
    path: "/admin/chat-sessions/{id}",
    params: idParams,
    response: chatSessionWithMessages,
    status: 200,
    summary: "Read a saved chat",
    description: "With all of its messages, as they went to the vendor and came from there.",
  },
  export: {
    id: "chatSessions.export",
    tag,
    permission: "chats.manage",
    method: "GET",
    path: "/admin/chat-sessions/{id}/export",
    params: idParams,
    response: z.string().describe("A line each, as JSON: `kind` and `data`."),
    mediaType: "application/x-ndjson",
    status: 200,
    summary: "A saved chat as NDJSON",
    description:
      "First the chat, then its messages, each with `content` as it is in requests of the chat's dialect. Sent as they are read.",
  },
  exportMarkdown: {
    id: "chatSessions.exportMarkdown",
    tag,
    permission: "chats.manage",
    method: "GET",
    path: "/admin/chat-sessions/{id}/export/markdown",
    params: idParams,
    response: z.string(),
    mediaType: "text/plain",
    status: 200,
    summary: "A saved chat as Markdown",
    description: "To be read by people, without the data of pictures and files. Sent as it is read.",
  },
  update: {
    id: "chatSessions.update",
    tag,
    permission: "chats.manage",
    method: "PATCH",
    path: "/admin/chat-sessions/{id}",
    params: idParams,
    body: chatSessionUpdate,
    response: chatSession,
    status: 200,
    summary: "Rename, archive or bring back a saved chat",
    description: "Fields left out stay as they are. Whoever goes on with one that is archived brings it back.",
  },
  remove: {
    id: "chatSessions.remove",
    tag,
    permission: "chats.manage",
    method: "DELETE",
    path: "/admin/chat-sessions/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a saved chat",
    description: "With its messages, and with pictures and files that no other one has.",
  },
});
