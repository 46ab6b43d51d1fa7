// What keys do with the sessions of their users, as the admin API does it for who has signed in.

import { adminRoutes } from "@ghostllm/contract/routes";
import type { DeedAnswer, SessionDeed } from "#link/chat-sessions.ts";
import type { SavedChats } from "./saved-chats.ts";

interface Read<Value> {
  readonly success: boolean;
  readonly data?: Value;
  readonly error?: { readonly issues: readonly { readonly path: readonly unknown[]; readonly message: string }[] };
}

export async function manageChats(saved: SavedChats, deed: SessionDeed): Promise<DeedAnswer> {
  const owner = { userId: deed.userId, teamId: deed.teamId };
  switch (deed.kind) {
    case "list": {
      const given = Object.fromEntries(new URLSearchParams(deed.query));
      const read = adminRoutes.chatSessions.list.query.safeParse(given);
      return read.success ? done(await saved.list(owner, read.data)) : invalid(read);
    }
    case "read":
      return done(await saved.find(owner, deed.id));
    case "change": {
      const read = adminRoutes.chatSessions.update.body.safeParse(parse(deed.body));
      return read.success ? done(await saved.change(owner, deed.id, read.data)) : invalid(read);
    }
    case "remove":
      return (await saved.remove(owner, deed.id)) ? done({ id: deed.id, deleted: true }) : { kind: "not_found" };
  }
}

function done(told: unknown): DeedAnswer {
  return told === undefined ? { kind: "not_found" } : { kind: "done", json: JSON.stringify(told) };
}

function invalid({ error }: Read<unknown>): DeedAnswer {
  const [issue] = error?.issues ?? [];
  return { kind: "invalid", param: issue?.path.join(".") ?? "", message: issue?.message ?? "It cannot be read" };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
