// The first minute: a provider, a key, and an answer.

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Provider } from "#api/queries.ts";
import { skipWelcome } from "#api/welcome.ts";
import { KeyInUse } from "#connect/key-in-use.tsx";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { Field, inputClass } from "#parts/field.tsx";
import { Loaded, NotAllowed, wordsOf } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useGo } from "#parts/use-search.ts";
import { ProviderForm, toBody } from "#providers/provider-form.tsx";
import { TestResult } from "#providers/test-result.tsx";

const demoType = "demo";

export function WelcomePage() {
  const { may } = useCaller();
  if (may("providers.create") && may("keys.create")) return <Welcome />;
  return (
    <Page title="Welcome">
      <NotAllowed />
    </Page>
  );
}

function Welcome() {
  const go = useGo();
  const [isPast, setPast] = useState(false);
  const [provider, setProvider] = useState<Provider | null>(null);
  const [key, setKey] = useState<string | null>(null);
  const leave = (): void => {
    skipWelcome();
    void go("/");
  };
  return (
    <Page title="Welcome" actions={<Button onClick={leave}>{key === null ? "Skip" : "To the dashboard"}</Button>}>
      <div className="mx-auto grid w-full max-w-[640px] grid-cols-[minmax(0,1fr)] gap-4">
        <Step number={1} title="Add a provider" isOpen={!isPast} isDone={provider !== null}>
          {provider === null ? (
            <FirstProvider onAdded={setProvider} onDemo={() => setPast(true)} />
          ) : (
            <Tested provider={provider} onGo={() => setPast(true)} onBack={() => setProvider(null)} />
          )}
        </Step>
        <Step number={2} title="Create a key" isOpen={isPast && key === null} isDone={key !== null}>
          <FirstKey onCreated={setKey} />
        </Step>
        <Step number={3} title="See it work" isOpen={key !== null} isDone={false}>
          {key !== null && (
            <>
              <p className="mb-3 text-muted">
                This is the one time that the key is shown. Copy it, try it here, or take it to a client.
              </p>
              <KeyInUse apiKey={key} />
            </>
          )}
        </Step>
      </div>
    </Page>
  );
}

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly isOpen: boolean;
  readonly isDone: boolean;
  readonly children: ReactNode;
}

function Step({ number, title, isOpen, isDone, children }: StepProps) {
  return (
    <section aria-label={title} className="rounded-md border border-line bg-surface">
      <header className="flex h-[41px] items-center gap-2.5 px-4">
        <span className="grid size-5 place-items-center rounded-full bg-sunken text-xs font-medium text-muted">
          {number}
        </span>
        <h2 className={`flex-1 font-semibold ${isOpen || isDone ? "" : "text-muted"}`}>{title}</h2>
        {isDone && <Status tone="good">done</Status>}
      </header>
      {isOpen && <div className="border-t border-line px-4 py-3">{children}</div>}
    </section>
  );
}

interface FirstProviderProps {
  readonly onAdded: (provider: Provider) => void;
  readonly onDemo: () => void;
}

function FirstProvider({ onAdded, onDemo }: FirstProviderProps) {
  const { client, queries } = useApi();
  const refresh = useRefresh();
  const types = useQuery(queries.providerTypes);
  return (
    <Loaded query={types}>
      {(known) => (
        <>
          <ProviderForm
            types={known.filter(({ type }) => type !== demoType)}
            present={null}
            action="Add provider"
            send={async (values) => {
              const body = { ...toBody(values), provider_type: values.provider_type };
              onAdded(await client.providers.create({ body }));
              await refresh("providers", "models");
            }}
          />
          <p className="mt-3 border-t border-line pt-3 text-muted">
            No vendor’s key at hand?{" "}
            <button type="button" className="underline hover:text-text" onClick={onDemo}>
              Go on with the built-in demo
            </button>
            , which answers by itself.
          </p>
        </>
      )}
    </Loaded>
  );
}

interface TestedProps {
  readonly provider: Provider;
  readonly onGo: () => void;
  readonly onBack: () => void;
}

/** Asked at once whether it answers. */
function Tested({ provider: { id, name }, onGo, onBack }: TestedProps) {
  const { client } = useApi();
  const refresh = useRefresh();
  const test = useQuery({
    queryKey: ["provider-test", id],
    queryFn: () => client.providers.test({ params: { id } }),
    staleTime: Infinity,
    retry: false,
  });
  const removal = useMutation({
    mutationFn: () => client.providers.remove({ params: { id } }),
    onSuccess: async () => {
      await refresh("providers", "models");
      onBack();
    },
  });
  return (
    <div className="grid gap-3">
      <p>
        “{name}” is added. {test.isFetching && <span className="text-muted">Asking whether it answers …</span>}
      </p>
      {test.data !== undefined && <TestResult test={test.data} />}
      {test.error !== null && <p className="text-bad">{wordsOf(test.error)}</p>}
      <div className="flex gap-2">
        <Button look="primary" disabled={test.isFetching} onClick={onGo}>
          Continue
        </Button>
        {test.data?.ok === false && (
          <Button isBusy={removal.isPending} onClick={() => removal.mutate()}>
            Take it away and try again
          </Button>
        )}
      </div>
    </div>
  );
}

function FirstKey({ onCreated }: { readonly onCreated: (key: string) => void }) {
  const { client } = useApi();
  const { me } = useCaller();
  const refresh = useRefresh();
  const [name, setName] = useState("my first key");
  const creation = useMutation({
    mutationFn: () => client.apiKeys.create({ body: { name, ...(me.user !== null && { user_id: me.user.id }) } }),
    onSuccess: async ({ key }) => {
      onCreated(key);
      await refresh("keys");
    },
  });
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        creation.mutate();
      }}
    >
      <div className="flex-1">
        <Field label="Name" error={creation.error === null ? undefined : wordsOf(creation.error)}>
          {(control) => (
            <input
              {...control}
              autoFocus
              className={inputClass}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Button type="submit" look="primary" isBusy={creation.isPending}>
        Create key
      </Button>
    </form>
  );
}
