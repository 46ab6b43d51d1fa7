// Chats that are saved for the user of a key, as the key has them (/v1/sessions).

import { fieldOf, listOf, textOf } from "./fields.ts";
import { refusedWords } from "./trial.ts";

interface Address {
  readonly url: string;
  readonly key: string;
}

export interface SavedChat {
  readonly id: string;
  readonly title: string;
  readonly model: string;
  readonly dialect: string;
  readonly updatedAt: string;
  readonly isArchived: boolean;
}

export interface SavedMessage {
  /** Who said it: `user`, `assistant`, `tool` or `system`. */
  readonly by: string;
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly results: readonly { readonly id: string; readonly text: string }[];
  /** URLs, some with the data in them. */
  readonly pictures: readonly string[];
  readonly isCut: boolean;
  readonly requestId: string;
}

export interface SavedChatPage {
  readonly chats: readonly SavedChat[];
  readonly next: string | null;
}

/** May what is asked with the key be saved? */
export async function savesChats(address: Address, signal: AbortSignal): Promise<boolean> {
  return textOf(await call(address, "/v1/key", { signal }), "store_prompts") === "request_and_answer";
}

interface Listing {
  readonly isArchived: boolean;
  readonly words: string;
  readonly after: string | null;
  readonly signal: AbortSignal;
}

export async function listChats(
  address: Address,
  { isArchived, words, after, signal }: Listing,
): Promise<SavedChatPage> {
  const query = new URLSearchParams({ limit: "30", archived: String(isArchived) });
  if (words.trim() !== "") query.set("q", words.trim().slice(0, 100));
  if (after !== null) query.set("after", after);
  const page = await call(address, `/v1/sessions?${query.toString()}`, { signal });
  return { chats: listOf(page, "data").map(toChat), next: textOf(page, "next") || null };
}

export async function readChat(address: Address, id: string): Promise<readonly SavedMessage[]> {
  return listOf(await call(address, pathOf(id)), "messages").map(toMessage);
}

export interface ChatChange {
  readonly title?: string;
  readonly archived?: boolean;
}

export async function changeChat(address: Address, id: string, change: ChatChange): Promise<void> {
  await call(address, pathOf(id), { method: "POST", body: JSON.stringify(change) });
}

export async function removeChat(address: Address, id: string): Promise<void> {
  await call(address, pathOf(id), { method: "DELETE" });
}

/** As Markdown. */
export async function exportChat({ url, key }: Address, id: string): Promise<string> {
  const path = `/admin/chat-sessions/${encodeURIComponent(id)}/export/markdown`;
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
  const text = await response.text();
  if (!response.ok) throw new Error("The server does not hand out the chat.");
  return text;
}

const pathOf = (id: string): string => `/v1/sessions/${encodeURIComponent(id)}`;

async function call({ url, key }: Address, path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url + path, { ...init, headers: { authorization: `Bearer ${key}` } });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  throw new Error(refusedWords(body) || `The server answered with status ${response.status}.`);
}

function toChat(chat: unknown): SavedChat {
  return {
    ...{ id: textOf(chat, "id"), title: textOf(chat, "title"), model: textOf(chat, "model") },
    ...{ dialect: textOf(chat, "dialect"), updatedAt: textOf(chat, "updated_at") },
    isArchived: fieldOf(chat, "archived") === true,
  };
}

function toMessage(message: unknown): SavedMessage {
  return {
    ...{ by: textOf(message, "role"), text: textOf(message, "text"), reasoning: textOf(message, "reasoning") },
    calls: listOf(message, "tool_calls").map((made) => ({
      ...{ id: textOf(made, "id"), name: textOf(made, "name"), arguments: textOf(made, "arguments") },
    })),
    results: listOf(message, "tool_results").map((one) => ({ id: textOf(one, "id"), text: textOf(one, "text") })),
    pictures: listOf(message, "media")
      .filter((one) => textOf(one, "kind") === "image")
      .map((one) => textOf(one, "url"))
      .filter((url) => url !== ""),
    isCut: textOf(message, "state") === "cut",
    requestId: textOf(message, "request_id"),
  };
}
