/** Days before expiry from which a certificate counts as expiring soon: two weeks to notice and one to act. */
export const CERTIFICATE_NEAR_DAYS = 21;
