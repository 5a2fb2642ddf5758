/** Style sheets are gathered into one file by `dev/tools/web.ts`; the import says which the dashboard needs. */
declare module "*.css";
