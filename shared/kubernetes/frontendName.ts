/** How the CCM names the resources of a Service: the names are its only reference from Azure to Kubernetes. Pure. */

const BASE_CHARACTERS = 32;

/**
 * `a` and the UID without dashes, cut to 32 characters: the last UID character is lost, so compare as a prefix.
 * @see https://github.com/kubernetes/cloud-provider (DefaultLoadBalancerName)
 */
export function baseName(uid: string): string {
  return `a${uid.replaceAll("-", "")}`.slice(0, BASE_CHARACTERS);
}

/** The part of the name that all frontends, rules and probes of one Service have in common, in lower case. */
export function nameBase(name: string): string {
  return name.slice(0, BASE_CHARACTERS).toLowerCase();
}

/** True if the frontend or rule with this name was created for the Service with this uid as its primary Service. */
export function isNamedFor(name: string, uid: string): boolean {
  return uid !== "" && name.toLowerCase().startsWith(baseName(uid).toLowerCase());
}

/** True if the name has the form that the controller uses for frontends, rules and probes. */
export function isControllers(name: string): boolean {
  return /^a[0-9a-f]{31}(?:$|-)/i.test(name);
}
