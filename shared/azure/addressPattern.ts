/**
 * RE2 patterns for addresses in strict text form, without leading zeros, zones and spaces. CEL and JavaScript evaluate them alike.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
 */
const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const QUAD = `${OCTET}(?:[.]${OCTET}){3}`;
const GROUP = "[0-9A-Fa-f]{1,4}";
const LAST = `(?:${GROUP}:${GROUP}|${QUAD})`;

/** The groups before `::`, at most `groups` of them. */
const upTo = (groups: number) => (groups === 0 ? "" : `(?:(?:${GROUP}:){0,${groups - 1}}${GROUP})?`);
const exactly = (groups: number) => (groups === 0 ? "" : `(?:${GROUP}:){${groups}}`);

const FORMS = [
  `${exactly(6)}${LAST}`,
  ...[5, 4, 3, 2, 1, 0].map((after) => `${upTo(5 - after)}::${exactly(after)}${LAST}`),
  `${upTo(6)}::${GROUP}`,
  `${upTo(7)}::`,
];

/** What the cloud controller treats as IPv4 when it assigns `spec.loadBalancerIP` to a family. It checks only the form. */
export const LIKE_IPV4 = "^[0-9]{1,3}([.][0-9]{1,3}){3}$";
export const IPV4 = `^${QUAD}$`;
export const IPV6 = `^(?:${FORMS.join("|")})$`;
export const ADDRESS = `^(?:${QUAD}|${FORMS.join("|")})$`;
