/** From when the end of a certificate is near, in days: three weeks are two to notice and one to act. */
export const CERTIFICATE_NEAR_DAYS = 21;
