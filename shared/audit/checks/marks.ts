import { CLUSTER_TAG, OWNER_TAG } from "../../declarations/plsOwner.ts";
import { defineCheck } from "../check.ts";

export const plsTagsDiffer = defineCheck({
  id: "pls-tags-differ",
  title: "The owner tags of a Private Link Service are missing or name another Service",
  severity: "warning",
  docs: "The cloud controller and Mooring find the owner of a Private Link Service by its tags. With missing or wrong tags it is neither reconciled nor removed.",
  on: "marks",
  check: ({ pls, cluster, users }) => {
    const owner = pls.tags[OWNER_TAG];
    const isMarked = pls.tags[CLUSTER_TAG] !== undefined && owner !== undefined;
    const names = users.map(({ namespace, name }) => `${namespace}/${name}`);
    if (isMarked && (names.length === 0 || names.includes(owner))) return undefined;
    const [first] = names;
    return {
      about: pls.id,
      cluster: cluster.name,
      message: isMarked
        ? `Private Link Service ${pls.name} is tagged with Service ${owner}, but is attached to the frontend of ${names.join(", ")}`
        : `Private Link Service ${pls.name} is attached to a frontend of ${cluster.name} and lacks the tags of the cloud controller`,
      advice: isMarked
        ? "correct the tag, or delete the Private Link Service: the cloud controller creates it again"
        : "expected if it was created manually: Mooring does not change it; otherwise delete it, and the cloud controller creates it again",
      ...(first !== undefined && { declared: first }),
      actual: owner ?? "none",
    };
  },
});
