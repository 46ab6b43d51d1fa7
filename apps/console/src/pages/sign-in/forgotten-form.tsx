import { useMutation } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { Button } from "#parts/button.tsx";
import { Field, inputClass } from "#parts/field.tsx";
import { wordsOf } from "#parts/states.tsx";

interface ForgottenFormProps {
  readonly email: string;
  readonly setEmail: (email: string) => void;
  readonly onBack: () => void;
}

/** Asks for a link by mail. Nobody learns by it who has an account here: every address is answered the same. */
export function ForgottenForm({ email, setEmail, onBack }: ForgottenFormProps) {
  const { client } = useApi();
  const asking = useMutation({
    mutationFn: () => client.passwords.forgotten({ body: { email: email.trim() } }),
  });
  const back = <Button onClick={onBack}>Back to the sign-in</Button>;
  if (asking.isSuccess)
    return (
      <>
        <Sent email={email.trim()} />
        {back}
      </>
    );
  return (
    <form
      className="grid gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        asking.mutate();
      }}
    >
      <Field label="E-mail" help="You are sent a link by which you set another password.">
        {(control) => (
          <input
            {...control}
            type="text"
            required
            autoFocus
            autoComplete="username"
            autoCapitalize="none"
            className={inputClass}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      {asking.error !== null && (
        <p role="alert" className="rounded-sm bg-bad-soft px-3 py-2 text-bad">
          {wordsOf(asking.error)}
        </p>
      )}
      <Button type="submit" look="primary" isBusy={asking.isPending}>
        Send me a link
      </Button>
      {back}
    </form>
  );
}

function Sent({ email }: Pick<ForgottenFormProps, "email">) {
  return (
    <p role="status">
      If somebody signs in by a password with the address {email}, a mail is on its way there. The link in it counts
      once, for an hour.
    </p>
  );
}
