// Seals and opens what is said in conversations: titles, messages and what is attached to them, by the keys of stored prompts. Each opens in its
// own place alone.

import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import type { ContentKey, ContentKeys } from "#control/contents/content-keys.ts";
import { decrypt, encrypt } from "#control/encryption/envelope.ts";
import type { AttachmentRow, ChatRow, MessageRow, SealedText } from "#control/store/chats/chat-store.ts";
import type { Store } from "#control/store/store.ts";
import { putBack, takeOut } from "./attached.ts";

interface ChatTextsOptions {
  readonly store: Pick<Store, "chats">;
  readonly keys: Pick<ContentKeys, "current" | "find">;
}

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const gapped = z.object({ pieces: z.array(z.string()), attached: z.array(z.string()) });

const titleOf = (sessionId: string): string => `title of session ${sessionId}`;
const messageOf = (id: string): string => `message ${id}`;
const attachmentOf = (id: string): string => `attachment ${id}`;

type OpenedRow = Readonly<Record<string, unknown>>;

/** By what a row is, where somebody is handed what is stored about him. */
const bindings: Readonly<Record<string, (id: string) => string>> = {
  chat_session: titleOf,
  chat_message: messageOf,
  chat_attachment: attachmentOf,
};

export interface SealedMessage extends SealedText {
  readonly attachments: readonly string[];
  readonly bytes: number;
}

export class ChatTexts {
  readonly #options: ChatTextsOptions;

  constructor(options: ChatTextsOptions) {
    this.#options = options;
  }

  async sealTitle(sessionId: string, title: string): Promise<SealedText> {
    return seal(title, titleOf(sessionId), await this.#options.keys.current());
  }

  async openTitle({ id, title }: Pick<ChatRow, "id" | "title">): Promise<string> {
    return (await this.#open(title, titleOf(id))) ?? "";
  }

  /** With what is attached to it, for its user. */
  async sealMessage(
    id: string,
    userId: string,
    message: string,
  ): Promise<readonly [SealedMessage, readonly AttachmentRow[]]> {
    const key = await this.#options.keys.current();
    const { pieces, attached, texts } = takeOut(message, userId);
    const attachments = [...texts].map(async ([name, data]) => {
      return { id: name, bytes: data.length, ...(await seal(data, attachmentOf(name), key)) };
    });
    const content = await seal(JSON.stringify({ pieces, attached }), messageOf(id), key);
    const sealed = { ...content, attachments: [...texts.keys()], bytes: Buffer.byteLength(message) };
    return [sealed, await Promise.all(attachments)];
  }

  /** Each as it was told. Rejects with an UnsealError, or with a KeyServiceError. */
  async openMessages(rows: readonly MessageRow[]): Promise<readonly string[]> {
    const messages: string[] = [];
    // One after the other: pictures are large.
    for (const row of rows) messages.push(await this.#openMessage(row));
    return messages;
  }

  async #openMessage(row: MessageRow): Promise<string> {
    const text = gapped.parse(JSON.parse((await this.#open(row, messageOf(row.id))) ?? "null"));
    const rows = await this.#options.store.chats.attachments(row.attachments);
    const texts = new Map<string, string>();
    for (const one of rows) texts.set(one.id, (await this.#open(one, attachmentOf(one.id))) ?? "");
    const message = putBack(text, texts);
    if (message === null) throw new Error("something that is attached to a message is not there");
    return message;
  }

  /** A row of what is stored about somebody, without what is sealed in it; null for one of another table. Rejects as above. */
  async openStored(kind: string, row: Readonly<Record<string, unknown>>): Promise<OpenedRow | null> {
    const column = kind === "chat_session" ? "title" : "content";
    const binding = bindings[kind];
    if (binding === undefined) return null;
    const { [column]: content, content_key_id: contentKeyId, ...data } = row;
    const sealed = { content: String(content), contentKeyId: String(contentKeyId) };
    return { ...data, [column]: await this.#open(sealed, binding(String(row["id"]))) };
  }

  /** Null where its key is not there any more. */
  async #open({ content, contentKeyId }: SealedText, binding: string): Promise<string | null> {
    const key = await this.#options.keys.find(contentKeyId);
    if (key === undefined) return null;
    return (await unpack(decrypt(Buffer.from(content, "base64"), key.dataKey, binding))).toString("utf8");
  }
}

async function seal(text: string, binding: string, { id, dataKey }: ContentKey): Promise<SealedText> {
  return { content: encrypt(await pack(text), dataKey, binding).toString("base64"), contentKeyId: id };
}
