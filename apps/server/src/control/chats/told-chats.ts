// Saved chats in the words of the API.

import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";

export type ApiChat = RouteAnswer<AdminRoutes["chatSessions"]["update"]>;
export type ApiChatWithMessages = RouteAnswer<AdminRoutes["chatSessions"]["get"]>;
export type ApiMessage = ApiChatWithMessages["messages"][number];
export type ApiChatList = RouteAnswer<AdminRoutes["chatSessions"]["list"]>;

/** A message with what it is in its dialect, byte for byte. */
export interface ExportedMessage {
  readonly told: ApiMessage;
  readonly written: string;
}
