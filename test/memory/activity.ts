import type { Activity, Failure, Remaining } from "../../shared/ports/activity.ts";
import { parseResourceId, sameId } from "../../shared/azure/resourceId.ts";
import { CallLog } from "./callLog.ts";

/** A log of failures as the test says. */
export class MemoryActivity implements Activity {
  readonly calls = new CallLog();
  log: Failure[] = [];
  left: Remaining[] = [];

  async failures(subscription: string, resourceGroup: string, sinceUtc: string): Promise<readonly Failure[]> {
    await this.calls.record("failures", subscription, resourceGroup, sinceUtc);
    return this.log
      .filter(({ resourceId, atUtc }) => {
        const id = parseResourceId(resourceId);
        return (
          sameId(id?.subscription ?? "", subscription) &&
          sameId(id?.resourceGroup ?? "", resourceGroup) &&
          atUtc >= sinceUtc
        );
      })
      .toSorted((a, b) => (a.atUtc > b.atUtc ? -1 : 1));
  }

  remaining(subscription: string): readonly Remaining[] {
    return this.left.filter((one) => sameId(one.subscription, subscription));
  }
}
