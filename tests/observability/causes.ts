// All that alerts are about, brought about at real servers.

import { startBackupPlace } from "./places/backup.ts";
import { startBusyPlace } from "./places/busy.ts";
import { startDiskPlace } from "./places/disk.ts";
import { startRedisPlace } from "./places/redis.ts";
import { startRestlessPlace } from "./places/restless.ts";
import { startSmallPlace } from "./places/small.ts";
import { startStuckPlace } from "./places/stuck.ts";
import { startUnrenewedPlace } from "./places/unrenewed.ts";

/** A server that can be brought into trouble. */
export interface Place {
  /** `host:port` of its metrics. */
  readonly target: string;
  begin(): Promise<void>;
  end(): Promise<void>;
  close(): Promise<void>;
}

export interface Causes {
  readonly targets: readonly string[];
  /** Alerts whose reason cannot be caused on this machine. */
  readonly absent: ReadonlySet<string>;
  begin(): Promise<void>;
  /** All is well again when it resolves, or soon after it. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** Null where the machine has not what it takes. */
type Start = () => Promise<Place | null>;

const optional: Readonly<Record<string, Start>> = {
  GhostllmRedisAway: startRedisPlace,
  GhostllmDiskShort: startDiskPlace,
  GhostllmCertificateNotRenewed: startUnrenewedPlace,
};

export async function startCauses(): Promise<Causes> {
  const places: Place[] = [];
  const absent = new Set<string>();
  const always = [startBusyPlace, startStuckPlace, startSmallPlace, startRestlessPlace, startBackupPlace];
  const starting = always.map(async (start) => void places.push(await start()));
  const startingIfThere = Object.entries(optional).map(async ([alert, start]) => {
    const place = await start();
    if (place !== null) places.push(place);
    else absent.add(alert);
  });
  await Promise.all([...starting, ...startingIfThere]);
  const all = async (act: (place: Place) => Promise<void>): Promise<void> => void (await Promise.all(places.map(act)));
  return {
    ...{ targets: places.map(({ target }) => target), absent },
    begin: () => all((place) => place.begin()),
    end: () => all((place) => place.end()),
    close: () => all((place) => place.close()),
  };
}
