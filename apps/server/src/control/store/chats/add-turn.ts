import type { Kysely } from "kysely";
import type { Tables } from "#control/store/tables.ts";
import type { AttachmentRow, TurnToAdd } from "./chat-store.ts";
import type { MessagesTable } from "./tables.ts";

export const said = "said";
const asked = "asked";

/** All of it or nothing. False: the session is not there any more, or its user is erased. */
export async function addTurn(transaction: Kysely<Tables>, added: TurnToAdd, now: number): Promise<boolean> {
  const { sessionId, userId, turn } = added;
  const erasure = transaction.selectFrom("erasures").select("user_id").where("user_id", "=", userId);
  if ((await erasure.executeTakeFirst()) !== undefined) return false;
  if (!(await (added.begins === null ? goOn : begin)(transaction, added, now))) return false;
  await transaction.deleteFrom("messages").where("session_id", "=", sessionId).where("turn", "=", turn).execute();
  for (const attachment of added.attachments) await keep(transaction, attachment, userId, now);
  if (added.messages.length > 0) await transaction.insertInto("messages").values(rowsOf(added)).execute();
  const named = added.messages.flatMap(({ id, attachments }) =>
    [...new Set(attachments)].map((attachmentId) => ({ message_id: id, attachment_id: attachmentId })),
  );
  if (named.length > 0) await transaction.insertInto("message_attachments").values(named).execute();
  return true;
}

function rowsOf({ sessionId, turn, requestId, messages }: TurnToAdd): MessagesTable[] {
  return messages.map((message) => ({
    ...{ id: message.id, session_id: sessionId, turn, request_id: requestId, role: message.isSaid ? said : asked },
    ...{ state: message.state, content: message.content, content_key_id: message.contentKeyId },
    ...{ attachments: JSON.stringify(message.attachments), bytes: message.bytes, created_at: message.createdAt },
  }));
}

async function begin(transaction: Kysely<Tables>, { sessionId, userId, begins, model }: TurnToAdd, now: number) {
  if (begins === null) return false;
  const { apiKeyId, teamId, title, dialect, createdAt } = begins;
  await transaction
    .insertInto("chat_sessions")
    .values({
      ...{ id: sessionId, user_id: userId, api_key_id: apiKeyId, team_id: teamId, dialect, model_id: model },
      ...{ title: title.content, content_key_id: title.contentKeyId, created_at: createdAt, updated_at: now },
      ...{ archived: 0, busy_request: null, busy_until: null },
    })
    .execute();
  return true;
}

async function goOn(transaction: Kysely<Tables>, { sessionId, requestId, model }: TurnToAdd, now: number) {
  const held = transaction
    .updateTable("chat_sessions")
    .set({ updated_at: now, model_id: model, archived: 0, busy_request: null, busy_until: null });
  const { numUpdatedRows } = await held
    .where("id", "=", sessionId)
    .where("busy_request", "=", requestId)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Once for each user. Its row is written also where it is there, so that nobody removes it meanwhile. */
async function keep(transaction: Kysely<Tables>, attachment: AttachmentRow, userId: string, now: number) {
  const { id, bytes, content, contentKeyId } = attachment;
  await transaction
    .insertInto("chat_attachments")
    .values({ id, user_id: userId, bytes, content, content_key_id: contentKeyId, created_at: now })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ bytes }))
    .execute();
}
