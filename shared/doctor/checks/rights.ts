import type { Role } from "../../azure/permissionsModel.ts";
import { covers } from "../../azure/allows.ts";
import { defineCheck, fail, ok, warn, type Look, type Outcome } from "../check.ts";
import { judgeEach, perSubscription } from "../perSubscription.ts";
import type { Grant } from "../../ports/installation.ts";
import { judgeRights, neededRoles, type RightsVerdict } from "../rights.ts";
import { waitForAll } from "../../core/waitForAll.ts";

export const identity = defineCheck({
  id: "identity",
  title: "Who asks Azure",
  docs: "The rights below are those of this identity. From a terminal it is the person's own; `--identity` names the app's.",
  read: async ({ installation, principalId }) => ({ identity: await installation.identity(), principalId }),
  judge({ identity: { name, objectId, isPerson }, principalId }) {
    if (principalId !== undefined)
      return ok(`asked as ${name}; the rights are those of ${principalId}, as role assignments say`);
    if (!isPerson) return ok(`${name}, object id ${objectId}`);
    return warn({
      message: `asked as ${name}: the rights below are theirs, not the app's`,
      advice: "name the app's identity: mooring doctor --identity OBJECT_ID",
    });
  },
});

interface Facts {
  readonly verdict: RightsVerdict;
  readonly needed: readonly string[];
  readonly principalId: string;
}

export const rights = defineCheck({
  id: "rights",
  title: "What the identity may do in each subscription",
  docs: "Azure is asked what the identity may do, and it is held against what each capability in `enforce` needs (infra/roles.json).",
  needs: ["arm", "storage"],
  seconds: 30,
  async read(look) {
    const [identity, policy] = await waitForAll([look.installation.identity(), look.policy()]);
    const needed = neededRoles(policy);
    const principalId = look.principalId ?? identity.objectId;
    return perSubscription(look, async (subscription): Promise<Facts> => {
      const grants = await grantsOf(look, `/subscriptions/${subscription}`);
      return { verdict: judgeRights(grants, needed), needed, principalId };
    });
  },
  judge: (all) => judgeEach(all, judgeOne),
});

function judgeOne(subscription: string, { verdict, needed, principalId }: Facts): Outcome[] {
  const missing = verdict.missing.map(({ role, actions, isPart }) =>
    fail({
      about: `${subscription} ${role}`,
      message: `may not ${actions.join(", ")}`,
      advice: adviceFor({ role, isPart, subscription, principalId }),
    }),
  );
  if (missing.length > 0) return missing;
  if (verdict.isFarTooMuch)
    return [
      warn({
        about: subscription,
        message: "may do nearly everything, as Contributor and Owner may",
        advice: `take that role away; Mooring needs only: ${needed.map((role) => `Mooring ${role}`).join(", ")}`,
      }),
    ];
  const spare = verdict.spare.map(({ role, actions }) =>
    warn({
      about: `${subscription} ${role}`,
      message: `may ${actions.join(", ")}, which the policy in force does not use`,
      advice: `take the role away until it is used: az role assignment delete --role "Mooring ${role}" --assignee ${principalId} --scope /subscriptions/${subscription}; ${DEPLOYED}`,
    }),
  );
  return [ok(`may do what ${needed.join(", ")} need`, subscription), ...spare];
}

/** Names of roles are unique in a tenant, so infra/ adds that of the installation. */
const DEPLOYED = 'where infra/ deployed it, by MOORING_ENFORCE instead (docs/deploy.md, "Rights")';
const DEPLOYED_ALWAYS = "where infra/ deployed it, deploy again instead (docs/deploy.md)";

interface Given {
  readonly role: string;
  readonly isPart: boolean;
  readonly subscription: string;
  readonly principalId: string;
}

function adviceFor({ role, isPart, subscription, principalId }: Given): string {
  const deployed = isPart || role === "reader" ? DEPLOYED_ALWAYS : DEPLOYED;
  const give = `az role assignment create --role "Mooring ${role}" --assignee-object-id ${principalId} --assignee-principal-type ServicePrincipal --scope /subscriptions/${subscription}; ${deployed}`;
  return isPart
    ? `bring the role Mooring ${role} up to date with infra/roles.json (az role definition update), or give it: ${give}`
    : `give the role: ${give}`;
}

/** Of whoever asks, or of the identity that was named. */
async function grantsOf({ installation, run, principalId }: Look, scope: string): Promise<readonly Grant[]> {
  if (principalId === undefined) return installation.grantsAt(scope);
  const { permissions } = run.ports;
  const assignments = await permissions.assignmentsOf(scope, principalId);
  const above = assignments.filter((one) => covers(one.scope, scope));
  const roles = await waitForAll(above.map(({ roleId }) => permissions.role(roleId)));
  return roles.flatMap((role: Role | undefined) => role?.permissions ?? []);
}

export const subscriptions = defineCheck({
  id: "arm",
  title: "Azure Resource Manager answers",
  docs: "Private Link Services, load balancers and subnets of every watched subscription are read through it.",
  needs: ["identity"],
  seconds: 30,
  read: (look) =>
    perSubscription(look, async (one) => (await look.run.ports.network.privateLinkServices(one)).length),
  judge: (all) =>
    judgeEach(all, (subscription, privateLinkServices) =>
      ok(
        `${privateLinkServices} ${privateLinkServices === 1 ? "Private Link Service" : "Private Link Services"}`,
        subscription,
      ),
    ),
});
