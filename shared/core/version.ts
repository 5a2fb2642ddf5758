/** Version of the app, the command line and the documents. A test compares it with package.json. */
export const VERSION = "0.1.0";

/** URL of the published documents. */
export const DOCUMENTS = "https://mooring.dev/docs";
