// Why a request ended as it did, took as long and cost as much: all that its record knows, and nothing else.

import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { ClientError, useApi } from "#api/api.tsx";
import type { RequestDetail } from "#api/queries.ts";
import { shortenId } from "#format/id.ts";
import { Page } from "#frame/page.tsx";
import { Loaded } from "#parts/states.tsx";
import { AttemptsPanel } from "./attempts-panel.tsx";
import { ContentPanel } from "./content-panel.tsx";
import { CostPanel } from "./cost-panel.tsx";
import { RefusedPanel } from "./refused-panel.tsx";
import { LimitsPanel } from "./limits-panel.tsx";
import { RequestFigures } from "./request-figures.tsx";
import { RequestFacts, TokensPanel, WhoPanel } from "./request-facts.tsx";
import { TimelinePanel } from "./timeline-panel.tsx";
import { WhyPanels } from "./why-panel.tsx";

export function RequestPage() {
  const { id = "" } = useParams({ strict: false });
  const { queries } = useApi();
  const request = useQuery(queries.request(id));
  const isUnknown = request.error instanceof ClientError && request.error.status === 404;
  const refused = useQuery({ ...queries.refusedRequests, enabled: isUnknown });
  const refusal = refused.data?.find((one) => one.id === id);
  return (
    <Page title={shortenId(id)} parent={{ title: "Requests", path: "/requests" }}>
      {isUnknown && refusal !== undefined ? (
        <RefusedPanel refusal={refusal} />
      ) : (
        <Loaded query={request}>{(detail) => <RequestPanels detail={detail} />}</Loaded>
      )}
    </Page>
  );
}

function RequestPanels({ detail }: { readonly detail: RequestDetail }) {
  const { record } = detail;
  return (
    <>
      <RequestFigures detail={detail} />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,2.15fr)_minmax(0,1fr)]">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
          <TimelinePanel detail={detail} />
          <WhyPanels why={detail.why} />
          {record.trail !== null && <AttemptsPanel record={record} trail={record.trail} />}
          <RequestFacts detail={detail} />
          <ContentPanel detail={detail} />
        </div>
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
          <CostPanel detail={detail} />
          <TokensPanel record={record} />
          <WhoPanel detail={detail} />
          <LimitsPanel why={detail.why} />
        </div>
      </div>
    </>
  );
}
