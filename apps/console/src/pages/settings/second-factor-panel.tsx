import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useApi } from "#api/api.tsx";
import { Button } from "#parts/button.tsx";
import { Facts, Panel } from "#parts/panel.tsx";
import { Loaded } from "#parts/states.tsx";
import { Time } from "#parts/values.tsx";

const SecondFactorDialogs = lazy(async () => ({
  default: (await import("#sessions/second-factor-dialogs.tsx")).SecondFactorDialogs,
}));

export function SecondFactorPanel() {
  const { queries } = useApi();
  const factor = useQuery(queries.secondFactor);
  const [asked, ask] = useState<"turn-on" | "turn-off" | null>(null);
  return (
    <Panel title="Second factor">
      <Loaded query={factor}>
        {({ is_on: isOn, since, recovery_codes_left: left }) => (
          <>
            <Facts
              facts={[
                ["Signing in wants", isOn ? "a code of your authenticator app" : "your password alone"],
                ...(isOn
                  ? ([
                      ["Since", <Time at={since} />],
                      ["Recovery codes left", String(left)],
                    ] as const)
                  : []),
              ]}
            />
            <div className="border-t border-line px-4 py-3">
              <Button onClick={() => ask(isOn ? "turn-off" : "turn-on")}>
                {isOn ? "Turn off" : "Set up a second factor"}
              </Button>
            </div>
          </>
        )}
      </Loaded>
      {asked !== null && (
        <Suspense>
          <SecondFactorDialogs asked={asked} onClose={() => ask(null)} />
        </Suspense>
      )}
    </Panel>
  );
}
