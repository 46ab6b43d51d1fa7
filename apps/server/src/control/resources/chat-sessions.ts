// Saved chats, for whom they belong to. What others have saved is nobody's business.

import { GhostError } from "@ghostllm/contract";
import { asLines, asMarkdown } from "#control/chats/chat-export.ts";
import type { ChatOwner } from "#control/chats/saved-chats.ts";
import type { Actor } from "#domain/access/actor.ts";
import { found, notFound } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { streamed } from "./streamed.ts";

type Dependencies = Pick<ResourceDependencies, "store" | "savedChats" | "log">;

export function createChatSessionsResource(deps: Dependencies): Resource<"chatSessions"> {
  const { store, savedChats } = deps;
  const ownerOf = async ({ via, userId, known }: Actor): Promise<ChatOwner> => {
    if (userId === null)
      throw new GhostError("invalid_request_error", "The admin key belongs to no user, who saved chats belong to");
    if (via !== "api_key") return { userId };
    const key = await store.apiKeys.find(known.id ?? "", [{ kind: "user", id: userId }]);
    return { userId, teamId: key?.teamId ?? null };
  };
  return {
    list: async ({ query, actor }) => savedChats.list(await ownerOf(actor), query),

    get: async ({ params: { id }, actor }) => found(await savedChats.find(await ownerOf(actor), id), "saved chat", id),

    async export({ params: { id }, actor }) {
      const { chat, messages } = found(await savedChats.open(await ownerOf(actor), id), "saved chat", id);
      return streamed(deps, "a saved chat", asLines(chat, messages));
    },

    async exportMarkdown({ params: { id }, actor }) {
      const { chat, messages } = found(await savedChats.open(await ownerOf(actor), id), "saved chat", id);
      return streamed(deps, "a saved chat", asMarkdown(chat, messages));
    },

    update: async ({ params: { id }, body, actor }) =>
      found(await savedChats.change(await ownerOf(actor), id, body), "saved chat", id),

    async remove({ params: { id }, actor }) {
      if (!(await savedChats.remove(await ownerOf(actor), id))) throw notFound("saved chat", id);
      return { id, deleted: true };
    },
  };
}
