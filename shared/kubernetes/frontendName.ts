/** How the CCM names what it builds for a Service: names are its only way back from Azure to Kubernetes. Pure. */

const BASE_CHARACTERS = 32;

/**
 * `a` and the UID without dashes, cut to 32 characters: the last UID character is lost, so compare as a prefix.
 * @see https://github.com/kubernetes/cloud-provider (DefaultLoadBalancerName)
 */
export function baseName(uid: string): string {
  return `a${uid.replaceAll("-", "")}`.slice(0, BASE_CHARACTERS);
}

/** The part of the name of a frontend, rule or probe that is the same in all that was made for one Service, in lower case. */
export function nameBase(name: string): string {
  return name.slice(0, BASE_CHARACTERS).toLowerCase();
}

/** True if a frontend or rule of this name was made for the Service with this uid as its primary. */
export function isNamedFor(name: string, uid: string): boolean {
  return uid !== "" && name.toLowerCase().startsWith(baseName(uid).toLowerCase());
}

/** True if the name begins as the controller begins the names of frontends, rules and probes. */
export function isControllers(name: string): boolean {
  return /^a[0-9a-f]{31}(?:$|-)/i.test(name);
}
