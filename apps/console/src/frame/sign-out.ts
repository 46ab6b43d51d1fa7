import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { noteSignedIn } from "#api/signed-in.ts";
import { wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";

/** Ends the session at the server; of what was read nothing stays in the page. */
export function useSignOut(): () => void {
  const { client, queries, consoleUrl } = useApi();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  return () => {
    client.sessions
      .end({ query: { return_url: `${consoleUrl}/sign-in` } })
      .then(async ({ issuer_url: issuerUrl }) => {
        noteSignedIn(false);
        // The issuer ends its own session, and leads back to the sign-in page.
        if (issuerUrl !== null) return location.assign(issuerUrl);
        await navigate({ to: "/sign-in" });
        queryClient.clear();
        queryClient.setQueryData(queries.me.queryKey, null);
      })
      .catch((error: unknown) => toast.fail(`You are still signed in: ${wordsOf(error)}`));
  };
}
