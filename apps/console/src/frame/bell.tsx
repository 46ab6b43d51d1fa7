import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bell as BellIcon } from "lucide-react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Notification } from "#api/queries.ts";
import { Status } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";

const listId = "notifications";

/** What needs attention, as the server sees it now. */
export function Bell() {
  const { queries } = useApi();
  const { data: list = [] } = useQuery(queries.notifications);
  const isBad = list.some(({ level }) => level === "error");
  return (
    <>
      <button
        type="button"
        popoverTarget={listId}
        aria-label={list.length === 0 ? "Notifications: none" : `Notifications: ${list.length}`}
        title="Notifications"
        className="relative inline-grid size-(--control) shrink-0 place-items-center rounded-sm border border-line-strong bg-surface text-muted transition hover:bg-hover hover:text-text"
      >
        <BellIcon aria-hidden className="size-[15px]" />
        {list.length > 0 && (
          <span
            aria-hidden
            className={`absolute top-1 right-1 size-1.5 rounded-full ${isBad ? "bg-bad" : "bg-warn"}`}
          />
        )}
      </button>
      <div
        id={listId}
        popover="auto"
        className="fixed inset-auto top-12 right-3.5 m-0 max-h-[70vh] w-[min(380px,calc(100vw-1.75rem))] overflow-y-auto rounded-md border border-line-strong bg-raised p-0 text-text shadow-float md:right-6"
      >
        <h2 className="border-b border-line px-4 py-2 font-semibold">Notifications</h2>
        {list.length === 0 && <p className="px-4 py-6 text-center text-muted">Nothing needs attention.</p>}
        <ul>
          {list.map((one) => (
            <Entry key={one.id} notification={one} />
          ))}
        </ul>
      </div>
    </>
  );
}

const pathsOf: Readonly<Record<string, string>> = { provider: "/providers", user: "/users", key: "/keys" };

/** Where one sees what it is about; null where there is no such page. */
function pathOf({ kind, subject }: Notification): string | null {
  if (kind === "alert") return `/alerts?alert=${subject.name}`;
  if (subject.id === null) return null;
  if (kind === "budget_near" || kind === "budget_reached") return `/budgets/${subject.kind}/${subject.id}`;
  const list = pathsOf[subject.kind];
  return list === undefined ? null : `${list}/${subject.id}`;
}

function Entry({ notification }: { readonly notification: Notification }) {
  const { may } = useCaller();
  const { level, subject, text, until } = notification;
  const path = pathOf(notification);
  const isReadable = subject.kind !== "provider" || may("providers.read");
  return (
    <li className="border-b border-line px-4 py-2 last:border-0">
      <Status tone={level === "error" ? "bad" : "warn"}>
        {path !== null && isReadable ? (
          <Link to={path} className="font-medium hover:underline">
            {subject.name}
          </Link>
        ) : (
          <span className="font-medium">{subject.name}</span>
        )}
      </Status>
      <p className="pl-3 text-muted">
        {text}
        {until !== null && (
          <span className="text-faint">
            {" "}
            · <Time at={until} />
          </span>
        )}
      </p>
    </li>
  );
}
