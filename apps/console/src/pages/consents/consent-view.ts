// Which held requests are shown, as the URL has it, and what is read for it.

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Consent } from "#api/queries.ts";
import { statuses } from "./consent-words.ts";
import type { ConsentStatus } from "./consent-words.ts";

type Search = Readonly<Record<string, string | undefined>>;

export interface ConsentView {
  /** Undefined: any, those that wait first. */
  readonly status: ConsentStatus | undefined;
  /** `own`: the caller's; `decide`: those that he may decide on now. */
  readonly whose: "own" | "decide" | undefined;
  set(name: "status" | "whose", value: string): void;
}

export function useConsentView(): ConsentView {
  const { status, whose }: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  return useMemo(
    () => ({
      status: statuses.find((one) => one === status),
      whose: (["own", "decide"] as const).find((one) => one === whose),
      set: (name, value) =>
        void navigate({
          to: ".",
          replace: true,
          search: (before: Search) => ({ ...before, [name]: value === "" ? undefined : value, page: undefined }),
        }),
    }),
    [status, whose, navigate],
  );
}

/** Those that wait are read whole and come first; what was decided is read on when somebody asks for older ones. */
export function useConsents({ status, whose }: ConsentView) {
  const { queries } = useApi();
  const { me } = useCaller();
  const hasWaiting = status === undefined || status === "pending";
  const ownId = me.user?.id ?? null;
  const hasOthers = status !== "pending" && whose !== "decide" && (whose !== "own" || ownId !== null);
  const waiting = useQuery({ ...queries.waitingConsents, enabled: hasWaiting });
  const own = whose === "own" && ownId !== null ? { user_id: ownId } : {};
  const pages = useInfiniteQuery({
    ...queries.consentPages({ ...(status !== undefined && { status }), ...own }),
    enabled: hasOthers,
  });
  const rows = useMemo(() => {
    const isWanted = ({ user_id: userId, may_decide: mayDecide }: Consent): boolean =>
      whose === undefined || (whose === "own" ? userId === ownId : mayDecide);
    const first = hasWaiting ? (waiting.data?.items ?? []) : [];
    const others = hasOthers ? (pages.data?.pages.flatMap(({ data }) => data) ?? []) : [];
    return [...first.filter(isWanted), ...others.filter((one) => !hasWaiting || one.status !== "pending")];
  }, [waiting.data, pages.data, hasWaiting, hasOthers, whose, ownId]);
  const asked = [...(hasWaiting ? [waiting] : []), ...(hasOthers ? [pages] : [])];
  return {
    query: {
      data: asked.every(({ data }) => data !== undefined) ? rows : undefined,
      error: asked.map(({ error }) => error).find((error) => error !== null) ?? null,
      isRefetchError: asked.some(({ isRefetchError }) => isRefetchError),
      dataUpdatedAt: Math.min(...asked.map(({ dataUpdatedAt }) => dataUpdatedAt)),
      refetch: () => Promise.all(asked.map(({ refetch }) => refetch())),
    },
    isWhole: (waiting.data?.isWhole ?? true) && !(hasOthers && pages.hasNextPage),
    /** Null where there are no older ones. */
    older: hasOthers && pages.hasNextPage ? pages : null,
  };
}
