import type { Activity, Failure, OtherWrite, Remaining } from "../../shared/ports/activity.ts";
import { parseResourceId, sameId } from "../../shared/azure/resourceId.ts";
import { CallLog } from "./callLog.ts";

/** A log with the test's failures and writes. */
export class MemoryActivity implements Activity {
  readonly calls = new CallLog();
  log: Failure[] = [];
  writes: OtherWrite[] = [];
  left: Remaining[] = [];

  async failures(...where: Where): Promise<readonly Failure[]> {
    await this.calls.record("failures", ...where);
    return newestIn(this.log, where);
  }

  async otherWrites(...where: Where): Promise<readonly OtherWrite[]> {
    await this.calls.record("otherWrites", ...where);
    return newestIn(this.writes, where);
  }

  remaining(subscription: string): readonly Remaining[] {
    return this.left.filter((one) => sameId(one.subscription, subscription));
  }
}

type Where = [subscription: string, resourceGroup: string, sinceUtc: string];

function newestIn<One extends { readonly resourceId: string; readonly atUtc: string }>(
  all: readonly One[],
  [subscription, resourceGroup, sinceUtc]: Where,
): One[] {
  const isThere = ({ resourceId, atUtc }: One) => {
    const id = parseResourceId(resourceId);
    return (
      sameId(id?.subscription ?? "", subscription) &&
      sameId(id?.resourceGroup ?? "", resourceGroup) &&
      atUtc >= sinceUtc
    );
  };
  return all.filter(isThere).toSorted((a, b) => (a.atUtc > b.atUtc ? -1 : 1));
}
