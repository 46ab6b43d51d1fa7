import { ClientError, etagOf } from "@ghostllm/contract/trusting-client";
import { QueryCache, QueryClient, MutationCache, replaceEqualDeep } from "@tanstack/react-query";

/** What GhostLLM has answered to, it will answer to likewise a moment later; what did not reach it may then. */
function isWorthAnother(failures: number, error: unknown): boolean {
  return failures < 2 && error instanceof ClientError && (error.status === 0 || error.status >= 502);
}

/** What is the same stays the same object. What has a version is the answer itself, by which the version is known. */
function shareStructure(before: unknown, after: unknown): unknown {
  const hasVersion = typeof after === "object" && after !== null && etagOf(after) !== null;
  return hasVersion ? after : replaceEqualDeep(before, after);
}

export function createQueryClient(): QueryClient {
  // A session that has ended is nobody's: the frame then leads to the sign-in.
  const onError = (error: unknown): void => {
    if (error instanceof ClientError && error.status === 401) queryClient.setQueryData(["me"], null);
    // Asked for meanwhile, such as of who was made an admin.
    if (error instanceof ClientError && error.code === "second_factor_setup_required")
      void queryClient.invalidateQueries({ queryKey: ["me"] });
  };
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        // A wrong password is answered 401, too.
        if (mutation.options.mutationKey?.[0] !== "sign-in") onError(error);
      },
    }),
    defaultOptions: {
      queries: {
        retry: isWorthAnother,
        staleTime: 10_000,
        refetchOnWindowFocus: true,
        structuralSharing: shareStructure,
      },
      mutations: { retry: false },
    },
  });
  return queryClient;
}
