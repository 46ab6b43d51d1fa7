import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { UnsealError } from "#control/encryption/encryption.ts";
import type { ErasureRow, PersonalPage, PersonalRow } from "#control/store/erasure/erasure-store.ts";
import type { UserRow } from "#control/store/store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { deed } from "#domain/audit.ts";
import { found, toTime, toTimeOrNull } from "./fields.ts";
import { grantsOfRole, refuseMore } from "./handing-on.ts";
import { toStoredText } from "./request-content.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { pageMs, streamed } from "./streamed.ts";

type Dependencies = Pick<
  ResourceDependencies,
  "store" | "inTurn" | "changed" | "withdraw" | "clock" | "log" | "contents" | "chatTexts"
>;

export function createPersonalDataResource(deps: Dependencies): Resource<"personalData"> {
  const { store, inTurn, changed, withdraw, clock } = deps;
  return {
    async export({ params: { id }, reach }) {
      const user = found(await store.users.find(id, reach), "user", id);
      await store.audit.add([deed("user.exported", { kind: "user", id, name: user.email })]);
      return streamed(deps, "personal data", linesOf(deps, id, toTime(clock.now())));
    },

    erase: ({ params: { id }, actor }) =>
      inTurn(async () => {
        const user = await store.users.find(id, "all");
        if (user !== undefined) await refuseErasure(store, actor, user);
        const row = found(await store.erasures.begin(id), "user", id);
        await withdraw({ kind: "user", id });
        await changed();
        return toApi(row);
      }),

    async erasures({ query: { limit, after } }) {
      const rows = await store.erasures.list({ limit: limit + 1, ...(after !== undefined && { after }) });
      const shown = rows.slice(0, limit);
      return { data: shown.map(toApi), next: rows.length > limit ? (shown.at(-1)?.userId ?? null) : null };
    },

    erasure: async ({ params: { id } }) => toApi(found(await store.erasures.find(id), "erasure of a user", id)),
  };
}

async function refuseErasure(store: Dependencies["store"], actor: Actor, user: UserRow): Promise<void> {
  if (actor.userId === user.id) throw new GhostError("conflict", "Nobody erases himself: let another user do so");
  refuseMore(actor, await grantsOfRole(store, user.role), user.email);
}

const pageSize = 500;
const format = 1;
type Texts = Pick<Dependencies, "contents" | "chatTexts">;
const contentKind = "request_content";

/** The manifest comes last: what is cut has none. */
async function* linesOf(
  { store: { erasures, within }, ...texts }: Pick<Dependencies, "store"> & Texts,
  userId: string,
  madeAt: string,
): AsyncGenerator<string> {
  const counts: Record<string, number> = {};
  for (let after: string | null = null; ;) {
    const place: string | null = after;
    const { rows, next }: PersonalPage = await within(pageMs, () => erasures.personal(userId, place, pageSize));
    for (const { kind } of rows) counts[kind] = (counts[kind] ?? 0) + 1;
    for (const row of rows) yield `${JSON.stringify(await opened(texts, row))}\n`;
    if (next === null) break;
    after = next;
  }
  const manifest = { format, user_id: userId, made_at: madeAt, lines: counts };
  yield `${JSON.stringify({ kind: "manifest", data: manifest })}\n`;
}

/** The rest is handed out all the same. */
function noneWhereItStaysClosed(error: unknown): null {
  if (error instanceof UnsealError) return null;
  throw error;
}

/** What is stored of his prompts is told as it was sent. */
async function opened({ contents, chatTexts }: Texts, stored: PersonalRow): Promise<PersonalRow> {
  if (stored.kind !== contentKind) {
    const data = await chatTexts.openStored(stored.kind, stored.data).catch(noneWhereItStaysClosed);
    return data === null ? stored : { ...stored, data };
  }
  const { content_key_id: contentKeyId, sealed, ...data } = stored.data;
  const requestId = String(data["request_id"]);
  const row = { requestId, contentKeyId: String(contentKeyId), sealed: String(sealed) };
  const content = await contents.open(row).catch(noneWhereItStaysClosed);
  const told = { request: toStoredText(content?.request ?? null), answer: toStoredText(content?.answer ?? null) };
  return { kind: contentKind, data: { ...data, ...told, is_readable: content !== null } };
}

function toApi({
  userId,
  startedAt,
  finishedAt,
  progress,
}: ErasureRow): RouteAnswer<AdminRoutes["personalData"]["erase"]> {
  return {
    ...{ user_id: userId, state: finishedAt === null ? "running" : "done" },
    ...{ started_at: toTime(startedAt), finished_at: toTimeOrNull(finishedAt), ...progress },
  };
}
