import { CLUSTER_TAG, OWNER_TAG } from "../../declarations/plsOwner.ts";
import { defineCheck } from "../check.ts";

export const plsTagsDiffer = defineCheck({
  id: "pls-tags-differ",
  title: "A Private Link Service's owner tags are missing, or name another Service than its frontend's",
  severity: "warn",
  docs: "The controller and Mooring know by the tags whose Private Link Service it is: with wrong ones nobody brings it back to what is declared, and nobody removes it.",
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
        ? `Private Link Service ${pls.name} is tagged as ${owner}'s and stands on the frontend of ${names.join(", ")}`
        : `Private Link Service ${pls.name} stands on a frontend of ${cluster.name} and lacks the controller's tags`,
      advice: isMarked
        ? "set the tag right, or remove the Private Link Service: the controller makes it anew"
        : "if a person made it all is well, and Mooring leaves it alone; else remove it and let the controller make it",
      ...(first !== undefined && { declared: first }),
      actual: owner ?? "none",
    };
  },
});
