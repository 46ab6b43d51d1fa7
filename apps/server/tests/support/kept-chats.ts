// A store for conversations, and a desk before it, as servers have them: for gateways of tests.

import { ChatTexts } from "#control/chats/chat-texts.ts";
import { SavedChats } from "#control/chats/saved-chats.ts";
import { SessionDesk } from "#control/chats/session-desk.ts";
import type { SessionBounds } from "#control/chats/session-desk.ts";
import { ContentKeys } from "#control/contents/content-keys.ts";
import { createEncryption } from "#control/encryption/encryption.ts";
import { newDataKey } from "#control/encryption/envelope.ts";
import { localKey } from "#control/encryption/local-key.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { systemClock } from "#domain/clock.ts";
import { Secret } from "#domain/secret.ts";
import { createLog } from "#telemetry/log.ts";

export interface KeptChats {
  readonly texts: ChatTexts;
  readonly saved: SavedChats;
  readonly desk: SessionDesk;
}

const unbounded: SessionBounds = { sessions: 1_000, messages: 1_000, bytes: 1e9 };

export function keepChats(store: OpenStore, bounds = unbounded): KeptChats {
  const encryption = createEncryption([localKey(new Secret(newDataKey().toString("hex")), "configured")]);
  const keys = new ContentKeys({ store, encryption, now: systemClock.now });
  const texts = new ChatTexts({ store, keys });
  const saved = new SavedChats({ store, texts });
  const desk = new SessionDesk({ store, texts, saved, bounds, clock: systemClock, log: createLog("silent") });
  return { texts, saved, desk };
}
