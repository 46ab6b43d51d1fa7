import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { toCef } from "#control/audit/cef.ts";
import { verifyChain } from "#control/audit/verify-chain.ts";
import type { AuditFilter, Link } from "#control/store/audit/audit-store.ts";
import type { Store } from "#control/store/store.ts";
import { deed, type AuditEntry } from "#domain/audit.ts";
import { found, toTime } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { pageMs, streamed } from "./streamed.ts";

type ApiEntry = RouteAnswer<AdminRoutes["audit"]["get"]>;
type ExportQuery = Parameters<Resource<"audit">["export"]>[0]["query"];
type Dependencies = Pick<ResourceDependencies, "store" | "clock" | "version" | "log">;

export function createAuditResource(deps: Dependencies): Resource<"audit"> {
  const { store, clock, version } = deps;
  const { audit } = store;
  const tellExport = async (query: ExportQuery, form: string): Promise<void> => {
    const filter = Object.fromEntries(
      Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const object = { kind: "audit", id: null, name: "audit log" };
    await audit.add([deed("audit.exported", object, { details: { form, filter } })]);
  };
  return {
    async list({ query: { limit, after, before = after, ...filter } }) {
      const start = before === undefined ? (await audit.ends()).head.sequence + 1 : Number(before);
      const { entries, next } = await search(audit, toFilter(filter), { limit, start });
      return { data: entries.map(toApiEntry), next: next === null ? null : String(next) };
    },

    get: async ({ params: { id } }) => toApiEntry(found(await audit.find(id), "entry of the audit log", id)),

    async verify({ query: { after, limit, anchor } }) {
      const options = { after: toLink(after), limit, anchor: toLink(anchor) };
      const { problem, checked, from, to, isWhole, ends } = await verifyChain(audit, options);
      return {
        ...{
          ok: problem === null,
          problem: problem && { ...problem },
          checked,
          from: toApiLink(from),
          to: toApiLink(to),
        },
        next: isWhole || problem !== null ? null : `${to.sequence}:${to.hash}`,
        ...{ head: toApiLink(ends.head), cut: toApiLink(ends.cut), verified_at: toTime(clock.now()) },
      };
    },

    async export({ query }) {
      await tellExport(query, "ndjson");
      const lines = linesOf(store, query, (entry) => `${JSON.stringify(toApiEntry(entry))}\n`);
      return streamed(deps, "the audit log", lines);
    },

    async exportCef({ query }) {
      await tellExport(query, "cef");
      const lines = linesOf(store, query, (entry) => toCef(entry, version));
      return streamed(deps, "the audit log", lines);
    },
  };
}

/** So many entries are looked through in one go, and then more, until as much time has passed. */
const searchedAtOnce = 10_000;
const longestSearchMs = 100;

/** The newest before `start`. What is rare may be far behind: then fewer are answered than there are, and where to go on. */
async function search(
  audit: Store["audit"],
  filter: AuditFilter,
  { limit, start }: { readonly limit: number; readonly start: number },
): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: number | null }> {
  const { cut } = await audit.ends();
  const deadline = performance.now() + longestSearchMs;
  const entries: AuditEntry[] = [];
  for (let before = start; before > cut.sequence + 1;) {
    const behind = hasNoIndex(filter) ? Math.max(cut.sequence, before - searchedAtOnce - 1) : cut.sequence;
    entries.push(...(await audit.list({ limit: limit + 1 - entries.length, before, behind }, filter)));
    if (entries.length > limit) return { entries: entries.slice(0, limit), next: entries[limit - 1]?.sequence ?? null };
    before = behind + 1;
    if (performance.now() > deadline) return { entries, next: before > cut.sequence + 1 ? before : null };
  }
  return { entries, next: null };
}

function hasNoIndex({ text, actor, outcome }: AuditFilter): boolean {
  return text !== undefined || actor !== undefined || outcome !== undefined;
}

const pageSize = 500;

/** Up to the entry that is the last one now. */
async function* linesOf(
  { audit, within }: Pick<Store, "audit" | "within">,
  query: ExportQuery,
  write: (entry: AuditEntry) => string,
): AsyncGenerator<string> {
  const filter = toFilter(query);
  const { head } = await within(pageMs, () => audit.ends());
  for (let last = 0; ;) {
    const entries = await within(pageMs, () => audit.after(last, pageSize, filter));
    const kept = entries.filter(({ sequence }) => sequence <= head.sequence);
    if (kept.length > 0) yield kept.map(write).join("");
    if (kept.length < pageSize) return;
    last = kept.at(-1)?.sequence ?? head.sequence;
  }
}

function toFilter(query: ExportQuery): AuditFilter {
  const { actor, action, object_kind: objectKind, object_id: objectId, outcome, from, to, q: text } = query;
  const times = {
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
  };
  return { actor, action, objectKind, objectId, outcome, text, ...times };
}

function toLink(text: string | undefined): Link | null {
  if (text === undefined) return null;
  const [sequence = "", hash = ""] = text.split(":");
  return { sequence: Number(sequence), hash };
}

function toApiLink({ sequence, hash }: Link) {
  return { place: sequence, hash };
}

function toApiEntry(entry: AuditEntry): ApiEntry {
  const { actor, object, changes, details } = entry;
  return {
    ...{ id: entry.id, happened_at: toTime(entry.happenedAt), place: entry.sequence },
    ...{ action: entry.action, outcome: entry.outcome },
    actor: { kind: actor.kind, id: actor.id, name: actor.name, user_id: actor.userId },
    object: object && { ...object },
    ...{ address: entry.address, user_agent: entry.userAgent, request_id: entry.requestId, route: entry.route },
    ...{ hash: entry.hash, salt: entry.salt, personal_hash: entry.personalHash, erased_in: entry.erasedIn },
    changes: changes.map((change) => ({ ...change })),
    details: { ...details },
  };
}
