// Where an issuer leads back to. What it answers is in the URL, and is taken out of that at once.

import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useApi } from "#api/api.tsx";
import { Ghost } from "#frame/brand.tsx";
import { buttonClass } from "#parts/button.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useEntered } from "./entered.ts";

export function SignInReturnPage() {
  const failure = useAnswer();
  useEffect(() => {
    document.title = "Sign in · GhostLLM";
  }, []);
  return (
    <main className="mx-auto grid min-h-screen max-w-[320px] content-center gap-5 px-4 pb-[12vh]">
      <div className="flex items-center gap-2.5">
        <Ghost className="size-6" />
        <h1 className="text-lg font-semibold tracking-tight">
          {failure === null ? "Signing in" : "You are not signed in"}
        </h1>
      </div>
      {failure === null ? (
        <p className="text-muted">A moment, please.</p>
      ) : (
        <>
          <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 text-bad">
            {failure}
          </p>
          <Link to="/sign-in" className={buttonClass("primary")}>
            To the sign-in page
          </Link>
        </>
      )}
    </main>
  );
}

/** Why the answer is none; null where it is one, or that is not known yet. */
function useAnswer(): string | null {
  const { client } = useApi();
  const entered = useEntered();
  const [url] = useState(() => location.href);
  const finishing = useMutation({
    mutationKey: ["sign-in"],
    mutationFn: async () => {
      history.replaceState(history.state, "", location.pathname);
      const { to } = await client.signIn.finish({ body: { url } });
      await entered(to);
    },
  });
  const { mutate, isIdle } = finishing;
  useEffect(() => {
    // It counts once.
    if (isIdle) mutate();
  }, [mutate, isIdle]);
  return finishing.error === null ? null : wordsOf(finishing.error);
}
