import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Model } from "#api/queries.ts";
import { formatPrice } from "#format/money.ts";
import { Page } from "#frame/page.tsx";
import { capabilitiesOf, formatContext } from "#models/model-columns.tsx";
import { PlaygroundLink } from "#models/playground-link.tsx";
import { IdCell } from "#parts/copy.tsx";
import { DeclaredPanel } from "#parts/declared.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Removal } from "#parts/removal.tsx";
import { Loaded } from "#parts/states.tsx";
import { Time } from "#parts/values.tsx";
import { ModelForm } from "./model-form.tsx";

export function ModelPage() {
  const { id = "" } = useParams({ strict: false });
  const { client } = useApi();
  const { may } = useCaller();
  const model = useQuery({
    queryKey: ["models", id],
    queryFn: ({ signal }) => client.models.get({ params: { id } }, { signal }),
  });
  const { data } = model;
  const remove = data?.declared === null && may("models.remove") && (
    <Removal
      action="Delete model"
      description="It can still be reached as provider/model. A model that the vendor lists comes back with the next look at its list."
      name={data.name}
      remove={() => client.models.remove({ params: { id } })}
      touches={["models"]}
      leadsTo="/models"
    />
  );
  return (
    <Page title={data?.name ?? "Model"} parent={{ title: "Models", path: "/models" }} actions={remove}>
      <Loaded query={model}>
        {(one) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
            <ModelFacts model={one} />
            {one.declared !== null && <DeclaredPanel place={one.declared} />}
            {one.declared === null && may("models.update") && (
              <Panel title="Overrides">
                <div className="px-4 py-3">
                  <ModelForm key={one.id} model={one} />
                </div>
              </Panel>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function ModelFacts({ model }: { readonly model: Model }) {
  const { prices, price_note: note } = model;
  const can = capabilitiesOf(model);
  return (
    <Panel title="Model">
      <Facts
        facts={[
          [
            "Provider",
            <Link to="/providers/$id" params={{ id: model.provider_id }} className="underline hover:text-accent">
              {model.provider}
            </Link>,
          ],
          ["Asked for as", <IdCell id={`${model.provider}/${model.name}`} shown={`${model.provider}/${model.name}`} />],
          ["Ask it", <PlaygroundLink model={`${model.provider}/${model.name}`} />],
          ["Context", formatContext(model)],
          ["Can", can.length === 0 ? "unknown" : can.join(", ")],
          [
            "Price",
            prices === null
              ? `Unknown. ${note ?? ""}`
              : `${formatPrice(prices.input_usd)} in, ${formatPrice(prices.output_usd)} out per million tokens`,
          ],
          ["Price from", prices?.version ?? "—"],
          ["Known from", model.origin ?? "—"],
          ["Changed", <Time at={model.updated_at} />],
          ["Id", <IdCell id={model.id} />],
        ]}
      />
    </Panel>
  );
}
