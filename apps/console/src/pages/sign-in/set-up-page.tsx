// For whom a second factor is asked and who has shown none: it is set up here, and nothing else can be done before.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useApi } from "#api/api.tsx";
import { canUsePasskeys } from "#api/browser-passkeys.ts";
import { Ghost } from "#frame/brand.tsx";
import { useSignOut } from "#frame/sign-out.ts";
import { Button } from "#parts/button.tsx";
import { Loaded } from "#parts/states.tsx";
import { useGo } from "#parts/use-search.ts";
import { destinationOf } from "./destination.ts";

const SecondFactorDialogs = lazy(async () => ({
  default: (await import("#sessions/second-factor-dialogs.tsx")).SecondFactorDialogs,
}));
const PasskeyDialogs = lazy(async () => ({ default: (await import("#sessions/passkey-dialogs.tsx")).PasskeyDialogs }));

export function SetUpPage() {
  const { queries } = useApi();
  const me = useQuery(queries.me);
  useEffect(() => {
    document.title = "Second factor · GhostLLM";
  }, []);
  const isToSetUp = me.data?.must_set_up_second_factor === true;
  useLeaving(me.data === null, me.data !== undefined && me.data !== null && !isToSetUp);
  return (
    <main className="mx-auto grid min-h-screen max-w-[320px] content-center gap-5 px-4 pb-[12vh]">
      <div className="flex items-center gap-2.5">
        <Ghost className="size-6" />
        <h1 className="text-lg font-semibold tracking-tight">Set up a second factor</h1>
      </div>
      {isToSetUp && <Choice />}
    </main>
  );
}

/** Who has none to set up has no business here; nor has a stranger. */
function useLeaving(isStranger: boolean, isDone: boolean): void {
  const go = useGo();
  const { to }: { readonly to?: string } = useSearch({ strict: false });
  const destination = isStranger ? "/sign-in" : isDone ? destinationOf(to) : null;
  useEffect(() => {
    if (destination !== null) void go(destination, { replace: true });
  }, [destination, go]);
}

type Way = "app" | "passkey";

function Choice() {
  const { queries } = useApi();
  const queryClient = useQueryClient();
  const signOut = useSignOut();
  const factor = useQuery(queries.secondFactor);
  const passkeys = useQuery(queries.passkeys);
  const [asked, ask] = useState<Way | null>(null);
  // What is shown once has been seen by then. The page is left where there is one now.
  const close = async (): Promise<void> => {
    await queryClient.invalidateQueries({ queryKey: ["me"] });
    ask(null);
  };
  return (
    <>
      <Loaded query={factor}>
        {({ is_on: isOn }) => (
          <Loaded query={passkeys}>
            {(list) => (asked === null && (isOn || list.length > 0) ? <HasOne /> : <Ways onChoose={ask} />)}
          </Loaded>
        )}
      </Loaded>
      <Button look="quiet" className="-ml-2.5 justify-self-start" onClick={signOut}>
        Sign out
      </Button>
      <Suspense>
        {asked === "app" && <SecondFactorDialogs asked="turn-on" onClose={() => void close()} />}
        {asked === "passkey" && <PasskeyDialogs asked={{ kind: "add" }} onClose={() => void close()} />}
      </Suspense>
    </>
  );
}

function HasOne() {
  return (
    <p className="text-muted">
      You have one already, and this session was begun without it: sign out, and sign in with it. Who has lost it asks
      an admin.
    </p>
  );
}

function Ways({ onChoose }: { readonly onChoose: (way: Way) => void }) {
  const { queries } = useApi();
  const options = useQuery(queries.signIn);
  return (
    <>
      <p className="text-muted">
        A second factor is asked of you beside your password. Set one up: nothing else can be done before.
      </p>
      <Button look="primary" onClick={() => onChoose("app")}>
        Use an authenticator app
      </Button>
      {options.data !== undefined && canUsePasskeys(options.data.passkey_origin) && (
        <Button onClick={() => onChoose("passkey")}>Use a passkey</Button>
      )}
    </>
  );
}
