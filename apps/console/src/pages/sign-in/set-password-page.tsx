// Where a link leads by which somebody sets a password. Its token is behind the #, and is taken out of the address at once.

import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useApi } from "#api/api.tsx";
import { Ghost } from "#frame/brand.tsx";
import { Button, buttonClass } from "#parts/button.tsx";
import { Field, inputClass } from "#parts/field.tsx";
import { wordsOf } from "#parts/states.tsx";

export function SetPasswordPage() {
  const [token] = useState(() => location.hash.slice(1));
  useEffect(() => {
    document.title = "Set a password · GhostLLM";
    history.replaceState(history.state, "", location.pathname);
  }, []);
  return (
    <main className="mx-auto grid min-h-screen max-w-[320px] content-center gap-5 px-4 pb-[12vh]">
      <div className="flex items-center gap-2.5">
        <Ghost className="size-6" />
        <h1 className="text-lg font-semibold tracking-tight">Set a password</h1>
      </div>
      {token === "" ? (
        <p className="text-muted">This page is opened by a link: ask an administrator for one.</p>
      ) : (
        <PasswordForm token={token} />
      )}
    </main>
  );
}

function PasswordForm({ token }: { readonly token: string }) {
  const { client } = useApi();
  const [password, setPassword] = useState("");
  const setting = useMutation({
    mutationFn: () => client.passwords.useLink({ body: { token, password } }),
  });
  if (setting.data !== undefined) return <Done email={setting.data.email} />;
  return (
    <form
      className="grid gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        setting.mutate();
      }}
    >
      <Field label="New password" help="At least ten characters.">
        {(control) => (
          <input
            {...control}
            type="password"
            required
            minLength={10}
            autoFocus
            autoComplete="new-password"
            className={inputClass}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      {setting.error !== null && (
        <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 text-bad">
          {wordsOf(setting.error)}
        </p>
      )}
      <Button type="submit" look="primary" isBusy={setting.isPending}>
        Set password
      </Button>
    </form>
  );
}

function Done({ email }: { readonly email: string }) {
  return (
    <>
      <p className="text-muted">The password of {email} is set.</p>
      <Link to="/sign-in" className={buttonClass("primary")}>
        To the sign-in page
      </Link>
    </>
  );
}
