// A directory that creates users here (SCIM): where it finds the server, by which tokens it comes, and what its groups mean.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { scimPath } from "#api/contract-facts.at-build.ts";
import { useCaller } from "#api/me.ts";
import type { ScimToken } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { CopyTextButton, IdCell } from "#parts/copy.tsx";
import { ConfirmDialog, Dialog } from "#parts/dialog.tsx";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { Panel } from "#parts/panel.tsx";
import { ShownOnce } from "#parts/shown-once.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { useTask } from "#parts/use-task.ts";
import { Time } from "#parts/values.tsx";
import { ScimRolesPanel } from "./scim-roles.tsx";

export function ScimSection() {
  const { may } = useCaller();
  const [dialog, setDialog] = useSearchValue("new");
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
      <div className="grid gap-4">
        <AddressPanel />
        <TokensPanel onCreate={() => setDialog("token")} />
      </div>
      <ScimRolesPanel />
      {dialog === "token" && may("scim.update") && <CreateToken onClose={() => setDialog(undefined)} />}
    </div>
  );
}

function useScimUrl(): string {
  return useApi().serverUrl + scimPath;
}

function AddressPanel() {
  const url = useScimUrl();
  return (
    <Panel title="Address">
      <div className="grid gap-2 px-4 py-3">
        <div className="flex items-center gap-2">
          <code className="min-w-0 flex-1 rounded-sm border border-line bg-sunken px-3 py-1.5 font-mono text-xs break-all">
            {url}
          </code>
          <CopyTextButton text={url}>Copy address</CopyTextButton>
        </div>
        <p className="text-xs text-muted">
          At Okta: the base URL, with the token as HTTP header. At Entra ID: the tenant URL, with the token as secret
          token.
        </p>
      </div>
    </Panel>
  );
}

function TokensPanel({ onCreate }: { readonly onCreate: () => void }) {
  const { queries } = useApi();
  const { may } = useCaller();
  const tokens = useQuery(queries.scimTokens);
  const [ending, setEnding] = useState<ScimToken | null>(null);
  const create = may("scim.update") && (
    <Button look="primary" onClick={onCreate}>
      Create token
    </Button>
  );
  return (
    <Panel title="Tokens" actions={create}>
      <Loaded query={tokens}>
        {(data) =>
          data.length === 0 ? (
            <Empty>A token lets a directory create users and switch them off, and nothing else.</Empty>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((token) => (
                <TokenRow key={token.id} token={token} onRevoke={may("scim.update") ? () => setEnding(token) : null} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {ending !== null && <RevokeToken token={ending} onClose={() => setEnding(null)} />}
    </Panel>
  );
}

interface TokenRowProps {
  readonly token: ScimToken;
  readonly onRevoke: (() => void) | null;
}

function TokenRow({
  token: { name, public_id: publicId, last_used_at: used, created_at: created },
  onRevoke,
}: TokenRowProps) {
  return (
    <li className="flex items-center gap-3 px-4 py-2">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        <IdCell id={publicId} />
      </span>
      <span className="text-right text-xs text-muted">
        <span className="block">
          Used <Time at={used} />
        </span>
        Created <Time at={created} />
      </span>
      {onRevoke !== null && (
        <Button look="danger" aria-label={`Revoke ${name}`} onClick={onRevoke}>
          Revoke
        </Button>
      )}
    </li>
  );
}

function RevokeToken({ token: { id, name }, onClose }: { readonly token: ScimToken; readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const revoking = useTask(async () => {
    await client.scim.removeToken({ params: { id } });
    await refresh("scim");
    onClose();
  });
  return (
    <ConfirmDialog
      title="Revoke the token"
      description="The directory that has it is refused at once. Users and groups stay."
      name={name}
      action="Revoke token"
      isBusy={revoking.isPending}
      onConfirm={() => revoking.mutate()}
      onClose={onClose}
    />
  );
}

function CreateToken({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const url = useScimUrl();
  const [created, setCreated] = useState<{ readonly name: string; readonly token: string } | null>(null);
  const { form, errorOf, failure, isBusy, submit } = useServerForm({
    defaultValues: { name: "" },
    send: async (body) => {
      setCreated(await client.scim.createToken({ body }));
      await refresh("scim");
    },
  });
  if (created !== null)
    return (
      <ShownOnce
        title={`Token “${created.name}”`}
        description="Copy it now: it is shown this once. Give it to the directory, with the address."
        secret={created.token}
        copy="Copy token"
        onClose={onClose}
      >
        <p className="mt-2 text-muted">
          Address: <span className="font-mono text-xs break-all">{url}</span>
        </p>
      </ShownOnce>
    );
  return (
    <Dialog isOpen title="Create a SCIM token" onClose={onClose}>
      <form className="grid gap-3.5" onSubmit={submit} noValidate>
        <TextField
          label="Name"
          placeholder="Entra ID"
          autoFocus
          autoComplete="off"
          error={errorOf("name")}
          field={form.register("name")}
        />
        <FormFailure failure={failure} />
        <FormButtons action="Create token" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
