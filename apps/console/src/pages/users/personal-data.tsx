// What is stored about a user: all of it, to be handed out, and its erasure.

import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { User } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { ConfirmDialog } from "#parts/dialog.tsx";
import { Panel } from "#parts/panel.tsx";
import { useToast } from "#parts/toast.tsx";
import { useGo } from "#parts/use-search.ts";
import { useTask } from "#parts/use-task.ts";
import { ExportLink } from "#personal/export-link.tsx";

export function PersonalData({ user }: { readonly user: User }) {
  const { me, may, mayForAll } = useCaller();
  const isOneself = user.id === me.user?.id;
  const mayExport = mayForAll("users.export") || (isOneself && may("users.export"));
  // Nobody erases himself.
  const mayErase = may("users.erase") && !isOneself;
  if (!mayExport && !mayErase) return null;
  return (
    <Panel title="Personal data">
      <p className="px-4 pt-3 text-muted">
        All that is stored about the user, a line each as JSON: keys and sessions without their secrets, requests, with
        prompts and answers where those are stored, usage, entries of the audit log and events.
      </p>
      <div className="flex flex-wrap gap-2 px-4 py-3">
        {mayExport && <ExportLink userId={user.id} email={user.email} />}
        {mayErase && <EraseUser user={user} />}
      </div>
    </Panel>
  );
}

function EraseUser({ user: { id, email } }: { readonly user: User }) {
  const { client } = useApi();
  const [isAsking, setAsking] = useState(false);
  const refresh = useRefresh();
  const toast = useToast();
  const go = useGo();
  const erasing = useTask(async () => {
    await client.personalData.erase({ params: { id } });
    toast.tell("The user is erased: logs are looked through now");
    await go("/users?show=Erased");
    await refresh("users", "keys", "teams", "budgets", "erasures");
  });
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Erase user
      </Button>
      {isAsking && (
        <ConfirmDialog
          title="Erase user"
          description="For good: it cannot be undone by anybody."
          name={email}
          action="Erase for good"
          isBusy={erasing.isPending}
          onConfirm={() => erasing.mutate()}
          onClose={() => setAsking(false)}
        >
          <WhatBecomes />
        </ConfirmDialog>
      )}
    </>
  );
}

const fates = [
  [
    "Gone at once",
    "the account, password, second factor, passkeys, sessions, keys, memberships, views, and stored prompts and answers",
  ],
  ["Stays, by an id that leads to nobody", "requests, usage and spend; their addresses and programs are taken away"],
  ["Becomes [erased]", "names and addresses in the audit log and in events: who did what and when stays, by an id"],
  ["Stays with vendors", "files, batches and responses that they keep: delete them there first"],
] as const;

function WhatBecomes() {
  return (
    <>
      <dl className="mb-3 grid gap-2">
        {fates.map(([fate, what]) => (
          <div key={fate}>
            <dt className="font-medium">{fate}</dt>
            <dd className="text-muted">{what}</dd>
          </div>
        ))}
      </dl>
      <p className="mb-4 text-muted">
        A directory that still has the user makes a new one: take the user out there first. Backups keep what they have.
      </p>
    </>
  );
}
