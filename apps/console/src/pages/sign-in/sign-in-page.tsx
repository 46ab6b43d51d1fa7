import { useMutation, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ClientError, useApi } from "#api/api.tsx";
import { Ghost } from "#frame/brand.tsx";
import { Button } from "#parts/button.tsx";
import { Field, inputClass } from "#parts/field.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { useEntered } from "./entered.ts";
import { ForgottenForm } from "./forgotten-form.tsx";
import { IssuerButtons } from "./issuer-buttons.tsx";
import { PasskeyButton } from "./passkey-button.tsx";

interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}

function useSignIn() {
  const { client } = useApi();
  const entered = useEntered();
  const { to }: { readonly to?: string } = useSearch({ strict: false });
  return useMutation({
    mutationKey: ["sign-in"],
    mutationFn: async (body: Credentials) => {
      await client.sessions.createForBrowser({ body });
      await entered(to);
    },
  });
}

export function SignInPage() {
  const { queries } = useApi();
  const options = useQuery(queries.signIn);
  const [forgotten, setForgotten] = useSearchValue("forgotten");
  // Only a server that sends mail can send a link.
  const canForget = options.data?.forgotten_password === true;
  const isForgotten = canForget && forgotten !== undefined;
  const [email, setEmail] = useState("");
  useEffect(() => {
    document.title = "Sign in · GhostLLM";
  }, []);
  return (
    <main className="mx-auto grid min-h-screen max-w-[320px] content-center gap-5 px-4 pb-[12vh]">
      <div className="flex items-center gap-2.5">
        <Ghost className="size-6" />
        <h1 className="text-lg font-semibold tracking-tight">
          {isForgotten ? "Forgotten your password?" : "Sign in to GhostLLM"}
        </h1>
      </div>
      {isForgotten ? (
        <ForgottenForm {...{ email, setEmail }} onBack={() => setForgotten(undefined)} />
      ) : (
        <>
          <SignInForm {...{ email, setEmail }} />
          {canForget && (
            <Button look="quiet" className="-ml-2.5 justify-self-start" onClick={() => setForgotten("yes")}>
              Forgotten your password?
            </Button>
          )}
          {options.data !== undefined && <PasskeyButton origin={options.data.passkey_origin} />}
          <IssuerButtons methods={options.data?.methods ?? []} />
        </>
      )}
      {isUnprotected(location) && (
        <p className="text-xs text-muted">
          This page came without encryption: whoever is on the way here can read the password. Serve it over HTTPS.
        </p>
      )}
      <p className="text-xs text-muted">
        The first start printed an e-mail address and a password. An admin can set a new one on the page Users.
      </p>
    </main>
  );
}

interface SignInFormProps {
  readonly email: string;
  readonly setEmail: (email: string) => void;
}

function SignInForm({ email, setEmail }: SignInFormProps) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const signIn = useSignIn();
  const isAsked = signIn.error instanceof ClientError && signIn.error.code === "second_factor_required";
  // Asked for once, it stays: a wrong one is typed anew.
  const [wantsCode, setWantsCode] = useState(false);
  if (isAsked && !wantsCode) setWantsCode(true);
  return (
    <form
      className="grid gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate({ email, password, ...(wantsCode && { code }) });
      }}
    >
      <Entry label="E-mail" type="text" autoComplete="username" value={email} onChange={setEmail} isFirst />
      <Entry label="Password" type="password" autoComplete="current-password" value={password} onChange={setPassword} />
      {wantsCode && (
        <Entry
          label="Code of your authenticator app, or a recovery code"
          type="text"
          autoComplete="one-time-code"
          value={code}
          onChange={setCode}
          isFirst
        />
      )}
      {signIn.error !== null && !isAsked && (
        <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 text-bad">
          {wordsOf(signIn.error)}
        </p>
      )}
      <Button type="submit" look="primary" isBusy={signIn.isPending}>
        Sign in
      </Button>
    </form>
  );
}

interface EntryProps {
  readonly label: string;
  readonly type: "text" | "password";
  readonly autoComplete: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isFirst?: boolean;
}

function Entry({ label, type, autoComplete, value, onChange, isFirst = false }: EntryProps) {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          {...{ type, autoComplete, value }}
          required
          autoFocus={isFirst}
          autoCapitalize="none"
          className={inputClass}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function isUnprotected({ protocol, hostname }: Location): boolean {
  return protocol === "http:" && !/^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
