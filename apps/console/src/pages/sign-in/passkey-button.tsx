import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { canUsePasskeys, signWithPasskey } from "#api/browser-passkeys.ts";
import { Button } from "#parts/button.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useEntered } from "./entered.ts";

interface PasskeyButtonProps {
  /** Whose pages alone may use them; null: all of the server. */
  readonly origin: string | null;
}

/** Nothing, where the browser would not let this page. */
export function PasskeyButton({ origin }: PasskeyButtonProps) {
  const { client } = useApi();
  const entered = useEntered();
  const { to }: { readonly to?: string } = useSearch({ strict: false });
  const signIn = useMutation({
    mutationKey: ["sign-in"],
    mutationFn: async () => {
      const { options } = await client.signIn.beginPasskey();
      const credential = await signWithPasskey(options);
      await client.signIn.finishPasskey({ body: { credential } });
      await entered(to);
    },
  });
  if (!canUsePasskeys(origin)) return null;
  return (
    <div className="grid gap-2 border-t border-line pt-4">
      <Button isBusy={signIn.isPending} onClick={() => signIn.mutate()}>
        Sign in with a passkey
      </Button>
      {signIn.error !== null && (
        <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 text-bad">
          {wordsOf(signIn.error)}
        </p>
      )}
    </div>
  );
}
