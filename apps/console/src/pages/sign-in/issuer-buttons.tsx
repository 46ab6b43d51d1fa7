import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import type { SignInOptions } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { wordsOf } from "#parts/states.tsx";
import { destinationOf } from "./destination.ts";

/** The issuers by which one may sign in beside a password. */
export function IssuerButtons({ methods }: { readonly methods: SignInOptions["methods"] }) {
  const { begin, failure, chosen } = useIssuer();
  if (methods.length === 0) return null;
  return (
    <div className="grid gap-2 border-t border-line pt-4">
      {methods.map(({ id, label }) => (
        <Button key={id} isBusy={chosen === id} onClick={() => begin(id)}>
          Continue with {label}
        </Button>
      ))}
      {failure !== null && (
        <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 text-bad">
          {failure}
        </p>
      )}
    </div>
  );
}

function useIssuer() {
  const { client, consoleUrl } = useApi();
  const { to }: { readonly to?: string } = useSearch({ strict: false });
  const going = useMutation({
    mutationFn: async (method: string) => {
      const return_url = `${consoleUrl}/sign-in/return`;
      const { url } = await client.signIn.begin({ body: { method, return_url, to: destinationOf(to) } });
      location.assign(url);
      // The page is left: nothing more is to be pressed.
      await new Promise(() => {});
    },
  });
  return {
    begin: going.mutate,
    failure: going.error === null ? null : wordsOf(going.error),
    chosen: going.isPending ? going.variables : null,
  };
}
