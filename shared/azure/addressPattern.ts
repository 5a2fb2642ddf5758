/**
 * Addresses in strict text form, as patterns of RE2, which CEL and JavaScript read alike: no leading zeros, zones, spaces.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
 */
const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const QUAD = `${OCTET}(?:[.]${OCTET}){3}`;
const GROUP = "[0-9A-Fa-f]{1,4}";
const LAST = `(?:${GROUP}:${GROUP}|${QUAD})`;

/** What may stand before `::`, at most so many groups. */
const upTo = (groups: number) => (groups === 0 ? "" : `(?:(?:${GROUP}:){0,${groups - 1}}${GROUP})?`);
const exactly = (groups: number) => (groups === 0 ? "" : `(?:${GROUP}:){${groups}}`);

const FORMS = [
  `${exactly(6)}${LAST}`,
  ...[5, 4, 3, 2, 1, 0].map((after) => `${upTo(5 - after)}::${exactly(after)}${LAST}`),
  `${upTo(6)}::${GROUP}`,
  `${upTo(7)}::`,
];

/** What the cloud controller takes for IPv4 when it sorts `spec.loadBalancerIP` by family: no more than its look. */
export const LIKE_IPV4 = "^[0-9]{1,3}([.][0-9]{1,3}){3}$";
export const IPV4 = `^${QUAD}$`;
export const IPV6 = `^(?:${FORMS.join("|")})$`;
export const ADDRESS = `^(?:${QUAD}|${FORMS.join("|")})$`;
