/** Of Mooring: the app, its command line and its documents are one. Held against package.json by a test. */
export const VERSION = "0.1.0";

/** Where the documents are published. */
export const DOCUMENTS = "https://mooring.dev/docs";
