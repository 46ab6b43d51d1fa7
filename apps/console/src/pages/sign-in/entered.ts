import { useQueryClient } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { noteSignedIn } from "#api/signed-in.ts";
import { useGo } from "#parts/use-search.ts";
import { destinationOf } from "./destination.ts";

/** Leads on who has a session now. */
export function useEntered(): (to: string | undefined) => Promise<void> {
  const { queries } = useApi();
  const queryClient = useQueryClient();
  const go = useGo();
  return async (to) => {
    noteSignedIn(true);
    const me = await queryClient.fetchQuery({ ...queries.me, staleTime: 0 });
    if (me === null) throw new Error("The browser keeps no cookie of this page, and there is no session without one.");
    await go(destinationOf(to), { replace: true });
  };
}
