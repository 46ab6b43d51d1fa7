// Where somebody has signed in, to be ended one by one.

import { useMutation, useQuery } from "@tanstack/react-query";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Session } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { Loaded, wordsOf } from "#parts/states.tsx";
import { Tag } from "#parts/status.tsx";
import { useToast } from "#parts/toast.tsx";
import { Time } from "#parts/values.tsx";

export function SessionsList({ userId }: { readonly userId: string }) {
  const { queries } = useApi();
  const sessions = useQuery(queries.sessionsOf(userId));
  return (
    <Loaded query={sessions}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="px-4 py-3 text-muted">There is none.</p>
        ) : (
          <ul className="divide-y divide-line">
            {items.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function SessionRow({ session }: { readonly session: Session }) {
  const { client } = useApi();
  const { may, mayForAll, me } = useCaller();
  const refresh = useRefresh();
  const toast = useToast();
  const ending = useMutation({
    mutationFn: () => client.sessions.remove({ params: { id: session.id } }),
    onSuccess: () => refresh("sessions"),
    onError: (error) => toast.fail(wordsOf(error)),
  });
  const { address, browser, method, user_agent: agent, seen_at: seenAt, is_current: isCurrent } = session;
  const mayEnd = mayForAll("sessions.end") || (may("sessions.end") && session.user_id === me.user?.id);
  return (
    <li className="flex items-center gap-3 px-4 py-2">
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          {address === "" ? "An unknown address" : address}
          <Tag>{browser ? "browser" : "API"}</Tag>
          {method !== "password" && <Tag>{method}</Tag>}
        </span>
        <span className="block truncate text-xs text-muted" title={agent}>
          {agent}
        </span>
      </span>
      <span className="text-muted">
        <Time at={seenAt} />
      </span>
      {isCurrent && <Tag>this one</Tag>}
      {!isCurrent && mayEnd && (
        <Button isBusy={ending.isPending} onClick={() => ending.mutate()}>
          End
        </Button>
      )}
    </li>
  );
}
