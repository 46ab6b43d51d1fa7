// What an admin does about how a user comes in: switches him off and on, ends his sessions, and makes a link for a password.

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { User } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { CopyTextButton } from "#parts/copy.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";
import { useChanged } from "#parts/use-changed.ts";

export function UserAccess({ user }: { readonly user: User }) {
  const { client, serverUrl } = useApi();
  const { mayForAll } = useCaller();
  const [link, setLink] = useState<string | null>(null);
  const changed = useChanged();
  const params = { id: user.id };
  const switching = useDoing(async () => {
    await client.users.update({ params, body: { is_active: !user.is_active } });
    await changed(user.email, "users");
  });
  const ending = useDoing(async () => {
    await client.sessions.removeOfUser({ params });
    await changed(user.email, "sessions");
  });
  const linking = useDoing(async () => {
    const made = await client.passwords.createLink({ params, body: {} });
    setLink(serverUrl + made.path);
  });
  return (
    <Panel title="Access">
      <div className="flex flex-wrap gap-2 px-4 py-3">
        <Button isBusy={switching.isPending} onClick={() => switching.mutate()}>
          {user.is_active ? "Switch user off" : "Switch user on"}
        </Button>
        {mayForAll("sessions.end") && (
          <Button isBusy={ending.isPending} onClick={() => ending.mutate()}>
            End sessions
          </Button>
        )}
        <Button isBusy={linking.isPending} onClick={() => linking.mutate()}>
          Make password link
        </Button>
      </div>
      {link !== null && <NewLink email={user.email} link={link} onClose={() => setLink(null)} />}
    </Panel>
  );
}

function useDoing(run: () => Promise<void>) {
  const toast = useToast();
  return useMutation({ mutationFn: run, onError: (error) => toast.fail(wordsOf(error)) });
}

interface NewLinkProps {
  readonly email: string;
  readonly link: string;
  readonly onClose: () => void;
}

/** The one time that it is shown. */
function NewLink({ email, link, onClose }: NewLinkProps) {
  return (
    <Dialog
      isOpen
      isSticky
      title={`Password link of ${email}`}
      description="Whoever opens it sets the password, once, within a day. It is shown this once: hand it to the user, and to nobody else."
      onClose={onClose}
    >
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-sm border border-line bg-sunken px-3 py-1.5 font-mono text-xs break-all">
          {link}
        </code>
        <CopyTextButton text={link}>Copy link</CopyTextButton>
      </div>
      <DialogButtons>
        <Button onClick={onClose}>Done</Button>
      </DialogButtons>
    </Dialog>
  );
}
