import type { Role } from "../../azure/permissionsModel.ts";
import { covers } from "../../azure/allows.ts";
import { defineCheck, fail, ok, warn, type Look, type Outcome } from "../check.ts";
import { judgeEach, perSubscription } from "../perSubscription.ts";
import type { Grant } from "../../ports/installation.ts";
import { judgeRights, neededRoles, type RightsVerdict } from "../rights.ts";
import { waitForAll } from "../../core/waitForAll.ts";

export const identity = defineCheck({
  id: "identity",
  title: "The identity that calls Azure",
  docs: "Check `rights` uses this identity. From a terminal it is the signed-in user; `--identity` selects the identity of the app.",
  read: async ({ installation, principalId }) => ({ identity: await installation.identity(), principalId }),
  judge({ identity: { name, objectId, isUser }, principalId }) {
    if (principalId !== undefined)
      return ok(`signed in as ${name}; check rights uses the role assignments of ${principalId}`);
    if (!isUser) return ok(`${name}, object id ${objectId}`);
    return warn({
      message: `signed in as ${name}: check rights shows the permissions of this user, not of the app`,
      advice: "select the identity of the app with mooring doctor --identity OBJECT_ID",
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
  title: "The identity has the needed permissions in each subscription",
  docs: "Compares the permissions of the identity with those that each capability in `enforce` needs (infra/roles.json).",
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
  const missing = verdict.missing.map(({ role, actions, isPartial }) =>
    fail({
      about: `${subscription} ${role}`,
      message: `lacks ${actions.join(", ")}`,
      advice: adviceFor({ role, isPartial, subscription, principalId }),
    }),
  );
  if (missing.length > 0) return missing;
  if (verdict.isBroad)
    return [
      warn({
        about: subscription,
        message: "has broad permissions (Contributor or Owner)",
        advice: `remove that role assignment and use the custom roles instead: ${needed.map((role) => `Mooring ${role}`).join(", ")}`,
      }),
    ];
  const spare = verdict.spare.map(({ role, actions }) =>
    warn({
      about: `${subscription} ${role}`,
      message: `has permissions that the active policy does not use: ${actions.join(", ")}`,
      advice: `remove the role until it is used: az role assignment delete --role "Mooring ${role}" --assignee ${principalId} --scope /subscriptions/${subscription}; ${DEPLOYED}`,
    }),
  );
  return [
    ok(`has the permissions of ${needed.map((role) => `Mooring ${role}`).join(", ")}`, subscription),
    ...spare,
  ];
}

/** Role names are unique in a tenant, so infra/ appends the name of the installation. */
const DEPLOYED = 'if infra/ deployed it, change MOORING_ENFORCE instead (docs/platform/deploy.md, "Rights")';
const DEPLOYED_ALWAYS = "if infra/ deployed it, deploy again instead (docs/platform/deploy.md)";

interface Given {
  readonly role: string;
  readonly isPartial: boolean;
  readonly subscription: string;
  readonly principalId: string;
}

function adviceFor({ role, isPartial, subscription, principalId }: Given): string {
  const deployed = isPartial || role === "reader" ? DEPLOYED_ALWAYS : DEPLOYED;
  const assign = `az role assignment create --role "Mooring ${role}" --assignee-object-id ${principalId} --assignee-principal-type ServicePrincipal --scope /subscriptions/${subscription}; ${deployed}`;
  return isPartial
    ? `update the definition of role Mooring ${role} from infra/roles.json (az role definition update), or assign the role: ${assign}`
    : `assign the role: ${assign}`;
}

/** Permissions of the current identity, or of the selected one. */
async function grantsOf({ installation, run, principalId }: Look, scope: string): Promise<readonly Grant[]> {
  if (principalId === undefined) return installation.grantsAt(scope);
  const { permissions } = run.ports;
  const assignments = await permissions.assignmentsOf(scope, principalId);
  const effective = assignments.filter((one) => covers(one.scope, scope));
  const roles = await waitForAll(effective.map(({ roleId }) => permissions.role(roleId)));
  return roles.flatMap((role: Role | undefined) => role?.permissions ?? []);
}

export const subscriptions = defineCheck({
  id: "arm",
  title: "Azure Resource Manager is reachable",
  docs: "Mooring reads Private Link Services, load balancers and subnets of every watched subscription from ARM.",
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
