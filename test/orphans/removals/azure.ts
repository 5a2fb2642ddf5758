/** What Azure shows against a delete: in its lists (`contradictions.ts`), and in the body of the resource (`verifyActual.ts`). */
import { guardsIn, type Guard } from "./model.ts";
import {
  balancerOfTwo,
  consumer,
  end,
  everythingOfOne,
  lag,
  make,
  mark,
  mistypedAndIdle,
  oneFrontend,
  reports,
  share,
  sweep,
  truncate,
  TWO,
  untilDue,
  use,
  wait,
} from "./schedule.ts";

const inLists = guardsIn("shared/orphans/contradictions.ts");
const inBody = guardsIn("shared/orphans/verifyActual.ts");
const inSweep = guardsIn("shared/orphans/sweep.ts");
const twoIsDue = [...balancerOfTwo, ...untilDue];
const oneIsDue = [...oneFrontend, ...untilDue];
const silence = [sweep(), wait(8), sweep(), sweep()];
/** s2 gets a Private Link Service, another Service shares its frontend, and s2 is deleted. */
const sharedLink = [{ do: "declareLink", which: 0 }, share(2, { link: true }), end(2)] as const;

export const LISTS: readonly Guard[] = [
  inLists("list: state of a load balancer", {
    refuses: "a load balancer that Azure is changing",
    from: `return [
    ...unsettled(balancer.provisioningState),
    ...(balancer.frontends.some`,
    to: "return [...(balancer.frontends.some",
    breaks: "unsettled",
    steps: [...twoIsDue, mark(2, "balancer", "updating"), sweep()],
    behind: ["unsettled"],
  }),
  inLists("list: public frontend", {
    refuses: "a load balancer with a public frontend",
    from: "balancer.frontends.some(({ isPublic }) => isPublic)",
    to: "false",
    breaks: "foreign",
    steps: [...twoIsDue, use("public"), sweep()],
  }),
  inLists("list: other rules", {
    refuses: "a load balancer whose frontends outbound or inbound NAT rules use",
    from: "balancer.otherFrontendUses.length > 0",
    to: "false",
    breaks: "foreign",
    steps: [...twoIsDue, use("outbound"), sweep()],
    behind: ["body: other rules"],
  }),
  inLists("list: foreign names", {
    refuses: "a load balancer with frontends or rules that the controller did not name",
    from: "  ...foreign(balancer),",
    to: "",
    breaks: "foreign",
    steps: [use("rule"), ...twoIsDue, sweep()],
  }),
  inLists("list: members", {
    refuses: "a load balancer of a deleted cluster whose backend pools have members",
    from: ".filter(({ members }) => members > 0)",
    to: ".filter(() => false)",
    breaks: "alive",
    steps: [{ do: "mistype", which: TWO, wrong: true }, wait(2), ...silence],
    behind: ["body: members", "heir", "managedBy"],
  }),
  inLists("list: Private Link Services in use", {
    refuses: "a load balancer beneath a Private Link Service that may be in use",
    from: ".filter((link) => againstLink(world, link).length > 0)",
    to: ".filter(() => false)",
    breaks: "used",
    steps: [...everythingOfOne, consumer("Approved"), ...untilDue, sweep()],
    behind: ["order: load balancer", "body: Private Link Service attached"],
  }),
  inLists("list: state of a Private Link Service", {
    refuses: "a Private Link Service that Azure is changing",
    from: "return [\n    ...unsettled(link.provisioningState),",
    to: "return [",
    breaks: "unsettled",
    steps: [...oneIsDue, mark(0, "link", "updating"), sweep()],
    behind: ["unsettled"],
  }),
  inLists("list: several frontends", {
    refuses: "a Private Link Service on several frontends",
    from: "link.frontendIds.length > 1",
    to: "false",
    breaks: "alive",
    steps: [{ do: "attach", which: 0 }, ...oneIsDue, sweep()],
  }),
  inLists("list: frontend missing", {
    refuses: "a Private Link Service whose frontend is not in a list that is cut short",
    from: "    ...frontendMissing(world, link),\n",
    to: "",
    breaks: "alive",
    steps: [...sharedLink, truncate("loadBalancers"), ...untilDue, sweep()],
    behind: ["load balancer by its id"],
  }),
  inLists("list: connections in use", {
    refuses: "a Private Link Service with a connection that is not Rejected or Disconnected",
    from: "!UNUSED.has(status)",
    to: "false",
    breaks: "used",
    steps: [...oneFrontend, consumer("Approved"), ...untilDue, sweep()],
    behind: ["body: state of a connection"],
  }),
  inLists("list: Private Link Service of a connection", {
    refuses: "a connection whose Private Link Service Azure is changing",
    from: "return unsettled(provisioningState);",
    to: "return [];",
    breaks: "unsettled",
    steps: [consumer("Disconnected"), sweep(), wait(8), mark(0, "link", "updating"), sweep()],
  }),
];

export const BODIES: readonly Guard[] = [
  inBody("body: lists", {
    refuses: "a resource of which Azure does not report the lists that decide",
    from: "if (missing !== undefined)",
    to: "if (false)",
    breaks: "used",
    steps: [...twoIsDue, mark(2, "balancer", "bare"), sweep()],
  }),
  inBody("body: frontends", {
    refuses: "a load balancer with a frontend that a lagging list does not show",
    from: '    unlisted("frontend", frontends, balancer.frontends) ??\n',
    to: "",
    breaks: "alive",
    steps: [...twoIsDue, lag("loadBalancers"), make(TWO), sweep()],
    behind: ["body: rules"],
  }),
  inBody("body: rules", {
    refuses: "a load balancer with a rule that a lagging list does not show",
    from: '    unlisted("rule", itemsOf(properties, "loadBalancingRules"), balancer.rules) ??\n',
    to: "",
    breaks: "alive",
    steps: [...twoIsDue, lag("loadBalancers"), share(2, { by: "rule" }), sweep()],
  }),
  inBody("body: rules of a frontend", {
    refuses: "a frontend with a rule that a lagging list does not show",
    from: '    unlisted("rule", rules, rules.every(namesFrontend) ? known : balancer.rules) ??\n',
    to: "",
    breaks: "alive",
    steps: [end(2), ...untilDue, lag("loadBalancers"), share(2, { by: "rule" }), sweep()],
  }),
  inBody("body: other rules", {
    refuses: "a load balancer with an outbound rule that a lagging list does not show",
    from: "const use = lists.flatMap((list) => itemsOf(properties, list)).find(isHere);",
    to: "const use = lists.slice(0, 0).flatMap((list) => itemsOf(properties, list)).find(isHere);",
    breaks: "foreign",
    steps: [...twoIsDue, lag("loadBalancers"), use("outbound"), sweep()],
  }),
  inBody("body: Private Link Service attached", {
    refuses: "a load balancer to which a Private Link Service is attached that a list does not show",
    from: "const taken = frontends.find(",
    to: "const taken = frontends.slice(0, 0).find(",
    breaks: "used",
    steps: [...everythingOfOne, consumer("Approved", 1), truncate("links"), ...untilDue, sweep()],
  }),
  inBody("body: members", {
    refuses: "a load balancer of a deleted cluster whose pools got members since the list",
    from: "const used = pools.find(",
    to: "const used = pools.slice(0, 0).find(",
    breaks: "alive",
    steps: [
      ...mistypedAndIdle,
      wait(2),
      lag("loadBalancers"),
      { do: "scale", which: TWO, nodes: 3 },
      ...silence,
    ],
    behind: ["heir", "managedBy"],
  }),
  inBody("body: version", {
    refuses: "the Private Link Service of a living Service that was written since it was judged",
    from: "version !== undefined && actual.version !== version",
    to: "false",
    breaks: "alive",
    steps: [
      { do: "withdraw", which: 0 },
      ...untilDue,
      lag("links"),
      { do: "declareLink", which: 0 },
      sweep(),
    ],
  }),
  inBody("body: connections", {
    refuses: "a Private Link Service with a connection that a lagging list does not show",
    from: "if (!used) return undefined;",
    to: "if (true) return undefined;",
    breaks: "used",
    steps: [...oneIsDue, lag("links"), consumer("Approved"), sweep()],
  }),
  inBody("body: state of a connection", {
    refuses: "a connection that is in use again, which a lagging list does not show",
    from: "return allowed.includes(status) ? undefined",
    to: "return true ? undefined",
    breaks: "used",
    steps: [...oneFrontend, consumer("Rejected"), ...untilDue, lag("links"), consumer("Approved"), sweep()],
  }),
  inSweep("load balancer by its id", {
    refuses: "a Private Link Service of a deleted cluster whose load balancer is not in the list",
    from: "if (parentId === undefined || balancerOf(frontendId)) continue;",
    to: "if (true) continue;",
    breaks: "alive",
    steps: [
      { do: "declareLink", which: 0 },
      ...mistypedAndIdle,
      wait(2),
      truncate("loadBalancers"),
      ...silence,
    ],
    behind: ["heir", "managedBy"],
  }),
  inSweep("changed in quarantine", {
    refuses: "what is not as it was when the sweep was planned",
    from: "row.subject !== subjectOf(world, candidate) || row.version !== candidate.version",
    to: "false",
    breaks: "alive",
    steps: [{ do: "withdraw", which: 0 }, ...untilDue, sweep({ meanwhile: "declareLink" })],
    behind: ["If-Match"],
  }),
  inSweep("still an orphan", {
    refuses: "what came back to life since the sweep was planned",
    from: 'if (!candidate || !row) return "it is not proved an orphan any more";',
    to: "if (!candidate || !row) return undefined;",
    breaks: "alive",
    steps: [...twoIsDue, sweep({ meanwhile: "share" })],
  }),
  inSweep("confirmed right before the delete", {
    refuses: "what its cluster has not confirmed since it was noted",
    from: "return isConfirmedSince(row, world)\n    ? undefined",
    to: "return true\n    ? undefined",
    breaks: "confirmed",
    steps: [...oneFrontend, ...reports, ...reports, sweep(), wait(5), ...reports, wait(1), sweep(), sweep()],
    behind: ["order: due is confirmed"],
  }),
];
