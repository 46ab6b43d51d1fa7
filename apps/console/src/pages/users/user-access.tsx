// What an admin does about how a user comes in: switches him off and on, makes a link for a password, takes a lost second factor or passkey away.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Passkey, User } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { ConfirmDialog } from "#parts/dialog.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { ShownOnce } from "#parts/shown-once.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { useTask } from "#parts/use-task.ts";
import { Time } from "#parts/values.tsx";
import { PasskeyFacts } from "#sessions/passkey-facts.tsx";
import { SessionsList } from "#sessions/sessions-list.tsx";

export function UserAccess({ user }: { readonly user: User }) {
  const { client, serverUrl } = useApi();
  const [link, setLink] = useState<string | null>(null);
  const changed = useChanged();
  const params = { id: user.id };
  const switching = useTask(async () => {
    await client.users.update({ params, body: { is_active: !user.is_active } });
    await changed(user.email, "users", "sessions");
  });
  const linking = useTask(async () => {
    const made = await client.passwords.createLink({ params, body: {} });
    setLink(serverUrl + made.path);
  });
  return (
    <Panel title="Access">
      <SecondFactor user={user} />
      <Passkeys user={user} />
      <div className="flex flex-wrap gap-2 border-t border-line px-4 py-3">
        <Button isBusy={switching.isPending} onClick={() => switching.mutate()}>
          {user.is_active ? "Switch user off" : "Switch user on"}
        </Button>
        <Button isBusy={linking.isPending} onClick={() => linking.mutate()}>
          Make password link
        </Button>
      </div>
      {link !== null && (
        <ShownOnce
          title={`Password link of ${user.email}`}
          description="Whoever opens it sets the password, once, within a day. It is shown this once: hand it to the user, and to nobody else."
          copy="Copy link"
          secret={link}
          onClose={() => setLink(null)}
        />
      )}
    </Panel>
  );
}

function SecondFactor({ user: { id, email } }: { readonly user: User }) {
  const { client, queries } = useApi();
  const changed = useChanged();
  const [isAsking, setAsking] = useState(false);
  const { data: factor } = useQuery(queries.secondFactorOf(id));
  const removing = useTask(async () => {
    await client.secondFactor.reset({ params: { id } });
    await changed(email, "second-factor");
    setAsking(false);
  });
  const state =
    factor?.is_on === true ? (
      <>
        on, since <Time at={factor.since} />, {factor.recovery_codes_left} recovery codes left{" "}
        <Button className="mt-1 block" onClick={() => setAsking(true)}>
          Take second factor away
        </Button>
      </>
    ) : (
      "none"
    );
  return (
    <>
      <Facts facts={[["Second factor", factor === undefined ? "" : state]]} />
      {isAsking && (
        <ConfirmDialog
          title="Take the second factor away"
          description="For who has lost the app and the recovery codes: the password alone lets in then."
          name={email}
          action="Take second factor away"
          isBusy={removing.isPending}
          onConfirm={() => removing.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Passkeys({ user: { id, email } }: { readonly user: User }) {
  const { client, queries } = useApi();
  const changed = useChanged();
  const [asked, ask] = useState<Passkey | null>(null);
  const { data: passkeys = [] } = useQuery(queries.passkeysOf(id));
  const removing = useTask(async () => {
    if (asked === null) return;
    await client.passkeys.removeOfUser({ params: { id, passkey_id: asked.id } });
    await changed(email, "passkeys");
    ask(null);
  });
  return (
    <>
      {passkeys.length > 0 && (
        <ul aria-label="Passkeys" className="divide-y divide-line border-t border-line">
          {passkeys.map((passkey) => (
            <li key={passkey.id} className="flex flex-wrap items-center gap-2 px-4 py-2">
              <PasskeyFacts passkey={passkey} />
              <Button onClick={() => ask(passkey)}>Take passkey away</Button>
            </li>
          ))}
        </ul>
      )}
      {asked !== null && (
        <ConfirmDialog
          title={`Take the passkey “${asked.name}” away`}
          description="For who has lost the device: nobody signs in with it from then on. Sessions that were begun with it go on until you end them."
          name={email}
          action="Take passkey away"
          isBusy={removing.isPending}
          onConfirm={() => removing.mutate()}
          onClose={() => ask(null)}
        />
      )}
    </>
  );
}

export function UserSessions({ user: { id, email } }: { readonly user: User }) {
  const { client } = useApi();
  const { mayForAll } = useCaller();
  const changed = useChanged();
  const ending = useTask(async () => {
    await client.sessions.removeOfUser({ params: { id } });
    await changed(email, "sessions");
  });
  return (
    <Panel
      title="Sessions"
      actions={
        mayForAll("sessions.end") && (
          <Button isBusy={ending.isPending} onClick={() => ending.mutate()}>
            End all sessions
          </Button>
        )
      }
    >
      <SessionsList userId={id} />
    </Panel>
  );
}
