// What clients are shown by TLS, until when, and what becomes of its renewal.

import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Certificate } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Loaded, wordsOf } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { useToast } from "#parts/toast.tsx";
import { Time } from "#parts/values.tsx";

const titles: Readonly<Record<string, string>> = { public: "Towards clients", management: "Port for operators" };
const sources: Readonly<Record<Certificate["source"], string>> = {
  acme: "issued by an authority that is asked (ACME)",
  files: "files of the configuration",
  made: "made by this server, for clients that pin it",
};

export function CertificatesPanel() {
  const { queries } = useApi();
  const certificates = useQuery(queries.certificates);
  return (
    <Loaded query={certificates}>
      {({ data }) =>
        data.length === 0 ? (
          <Panel title="Certificates">
            <p className="px-4 py-3 text-muted">None: this server speaks plain HTTP.</p>
          </Panel>
        ) : (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
            {data.map((certificate) => (
              <CertificatePanel key={certificate.name} certificate={certificate} />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

function CertificatePanel({ certificate }: { readonly certificate: Certificate }) {
  const { name, source, domains, issuer, fingerprint, not_before, not_after, renewal } = certificate;
  return (
    <Panel title={titles[name] ?? name} actions={renewal !== null && <RenewNow />}>
      <Facts
        facts={[
          ["State", stateOf(certificate)],
          ["Names", domains.join(", ")],
          ["Ends", <Time at={not_after} />],
          ["Began", <Time at={not_before} />],
          ["Issuer", issuer],
          ["Source", sources[source]],
          ["SHA-256", <code className="text-xs break-all">{fingerprint}</code>],
          ...(renewal === null ? [] : renewalFacts(renewal)),
        ]}
      />
    </Panel>
  );
}

function renewalFacts(renewal: NonNullable<Certificate["renewal"]>): readonly (readonly [string, ReactNode])[] {
  const { directory_url, last_issued_at, next_attempt_at, failures, last_error, last_error_at } = renewal;
  return [
    ["Authority", directory_url],
    ["Last issued", <Time at={last_issued_at} />],
    ["Asked again", <Time at={next_attempt_at} />],
    ...(last_error === null
      ? []
      : [
          ["Refused", `${failures} times in a row`] as const,
          ["Last error", last_error] as const,
          ["At", <Time at={last_error_at} />] as const,
        ]),
  ];
}

function stateOf({ is_temporary: isTemporary, not_after: until, renewal }: Certificate) {
  if (isTemporary) return <Status tone="bad">waiting for the first one</Status>;
  if (Date.parse(until) < Date.now()) return <Status tone="bad">ended</Status>;
  return (renewal?.failures ?? 0) > 0 ? <Status tone="warn">not renewed</Status> : <Status tone="good">in use</Status>;
}

function RenewNow() {
  const { client } = useApi();
  const { may } = useCaller();
  const refresh = useRefresh();
  const toast = useToast();
  const asking = useMutation({
    mutationFn: () => client.certificates.renew(),
    onSuccess: () => {
      toast.tell("The authority is asked");
      return refresh("certificates");
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
  if (!may("certificates.renew")) return null;
  return (
    <Button isBusy={asking.isPending} onClick={() => asking.mutate()}>
      Renew now
    </Button>
  );
}
