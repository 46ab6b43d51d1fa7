import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { SignInMethod } from "#api/queries.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { IdCell } from "#parts/copy.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded, wordsOf } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useTask } from "#parts/use-task.ts";
import { Time } from "#parts/values.tsx";
import { MethodForm } from "./method-form.tsx";
import { ReturnAddresses } from "./sign-in-section.tsx";

export function SignInMethodPage() {
  const { id = "" } = useParams({ strict: false });
  const { queries } = useApi();
  const method = useQuery(queries.signInMethod(id));
  const { data } = method;
  return (
    <Page
      title={data?.label ?? "Issuer"}
      parent={{ title: "Settings", path: "/settings", search: { show: "Sign-in" } }}
      actions={data !== undefined && <Actions method={data} />}
    >
      <Loaded query={method}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
            <div className="grid gap-4">
              <MethodFacts method={one} />
              <Panel title="To be told to the issuer">
                <div className="px-4 py-3">
                  <ReturnAddresses />
                </div>
              </Panel>
            </div>
            <MethodSettings method={one} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Actions({ method: { id, label, is_active: isActive } }: { readonly method: SignInMethod }) {
  const { client } = useApi();
  const { may } = useCaller();
  const changed = useChanged();
  const switching = useTask(async () => {
    await client.signInMethods.update({ params: { id }, body: { is_active: !isActive } });
    await changed(label, "sign-in-methods", "sign-in");
  });
  return (
    <>
      {may("sign_in_methods.update") && (
        <Button onClick={() => switching.mutate()} isBusy={switching.isPending}>
          {isActive ? "Switch off" : "Switch on"}
        </Button>
      )}
      {may("sign_in_methods.remove") && (
        <Removal
          action="Delete issuer"
          description="Sessions that were begun by it end at once. The users stay."
          name={label}
          remove={() => client.signInMethods.remove({ params: { id } })}
          touches={["sign-in-methods", "sign-in"]}
          leadsTo="/settings?show=Sign-in"
        />
      )}
    </>
  );
}

function MethodFacts({ method }: { readonly method: SignInMethod }) {
  const { may } = useCaller();
  const { is_active: isActive, has_client_secret: hasSecret } = method;
  return (
    <Panel title="Issuer">
      <Facts
        facts={[
          ["State", <Status tone={isActive ? "good" : "off"}>{isActive ? "on" : "off: nobody signs in by it"}</Status>],
          ["Address", method.issuer],
          ["Client id", method.client_id],
          ["Secret", hasSecret ? "stored, and shown to nobody" : "none: a public client"],
          ["Changed", <Time at={method.updated_at} />],
          ["Created", <Time at={method.created_at} />],
          ["Id", <IdCell id={method.id} />],
        ]}
      />
      {may("sign_in_methods.update") && <Discovery id={method.id} />}
    </Panel>
  );
}

/** What the issuer tells of itself, when somebody asks. */
function Discovery({ id }: { readonly id: string }) {
  const { client } = useApi();
  const test = useMutation({ mutationFn: () => client.signInMethods.test({ params: { id } }) });
  const { data, error, isPending } = test;
  return (
    <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3">
      <Button onClick={() => test.mutate()} isBusy={isPending}>
        Test
      </Button>
      <span role="status" className="min-w-0 flex-1 wrap-break-word">
        {error !== null && <Status tone="bad">{wordsOf(error)}</Status>}
        {data?.ok === false && <Status tone="bad">{data.fault}</Status>}
        {data?.ok === true && (
          <Status tone="good">
            It answers as {data.issuer}
            {data.signs_out ? ", and is told of sign-outs" : ", and has no sign-out of its own"}
          </Status>
        )}
      </span>
    </div>
  );
}

function MethodSettings({ method }: { readonly method: SignInMethod }) {
  const { client } = useApi();
  const { may } = useCaller();
  const changed = useChanged();
  if (!may("sign_in_methods.update")) return null;
  return (
    <Panel title="Settings">
      <div className="px-4 py-3">
        <MethodForm
          key={method.id}
          present={method}
          action="Save changes"
          send={async (body, call) => {
            await client.signInMethods.update({ params: { id: method.id }, body }, call);
            await changed(body.label, "sign-in-methods", "sign-in");
          }}
        />
      </div>
    </Panel>
  );
}
