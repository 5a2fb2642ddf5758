import { CLUSTER_TAG, OWNER_TAG } from "../../links/owner.ts";
import { defineCheck } from "../check.ts";

export const linkTagsDiffer = defineCheck({
  id: "link-tags-differ",
  title: "A link's owner tags are missing, or name another Service than its frontend's",
  severity: "warn",
  docs: "The controller and Mooring know by the tags whose link it is: with wrong ones nobody brings it back to what is declared, and nobody removes it.",
  on: "marks",
  check: ({ link, cluster, users }) => {
    const owner = link.tags[OWNER_TAG];
    const isMarked = link.tags[CLUSTER_TAG] !== undefined && owner !== undefined;
    const names = users.map(({ namespace, name }) => `${namespace}/${name}`);
    if (isMarked && (names.length === 0 || names.includes(owner))) return undefined;
    const [first] = names;
    return {
      about: link.id,
      cluster: cluster.name,
      message: isMarked
        ? `link ${link.name} is tagged as ${owner}'s and stands on the frontend of ${names.join(", ")}`
        : `link ${link.name} stands on a frontend of ${cluster.name} and lacks the controller's tags`,
      advice: isMarked
        ? "set the tag right, or remove the link: the controller makes it anew"
        : "if a person made it all is well, and Mooring leaves it alone; else remove it and let the controller make it",
      ...(first !== undefined && { declared: first }),
      actual: owner ?? "none",
    };
  },
});
