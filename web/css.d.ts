/** Style sheets are gathered into one file by `tools/web.ts`; the import says which the dashboard needs. */
declare module "*.css";
