// Who works with the database, and what each of them does alone.

interface LeasesTable {
  name: string;
  /** The id of an instance; empty where nobody has it. */
  holder: string;
  /** The data directory's: what another process of it left behind is nobody's. */
  installation: string;
  /** Differs at every renewal, which is how others see that the holder is alive. */
  beat: number;
  lease_ms: number;
  held_since: number;
}

interface InstancesTable {
  id: string;
  installation: string;
  host: string;
  process_id: number;
  version: string;
  services: string;
  workers: number;
  started_at: number;
  /** By the database's clock. */
  seen_at: number;
  /** Of what the instance's configuration file declares; null: it has not said it. */
  declared_digest: string | null;
}

export interface InstanceTables {
  leases: LeasesTable;
  instances: InstancesTable;
}
