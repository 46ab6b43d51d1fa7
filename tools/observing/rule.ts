// What is recorded, as data: deploy/prometheus and the dashboards follow from it. Alerts are in the contract, since the server tells them, too.

/** A series that is computed once for all who ask for it. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}
