/** An address is the same in every spelling. */
import { expect, test } from "vitest";
import { findOrphans } from "../../shared/orphans/classify.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { balancer, declared, frontend, intent, NOW, view } from "../builders/world.ts";

const A = "ffffffff-1111-2222-3333-444444444444";
test.each(["fd00::10", "FD00::10", "fd00:0:0:0:0:0:0:10", "fd00::0010"])(
  "a frontend whose address a Service requests as %s is not an orphan",
  (ipv6) => {
    const one = frontend({ name: baseName(A), address: "fd00::10" });
    const world = {
      clusters: [
        view({ declared: [declared({ intent: intent({ addresses: { ipv6 }, ipFamilies: ["IPv6"] }) })] }),
      ],
      balancers: [balancer({ frontends: [one] })],
      privateLinkServices: [],
      unreadable: new Map(),
      holds: [],
      nowUtc: NOW,
      freshSinceUtc: "2026-11-23T11:00:00.000Z",
    };
    expect(findOrphans(world).filter(({ kind }) => kind !== "rule")).toEqual([]);
  },
);
