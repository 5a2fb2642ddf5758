/** `dev/tools/web.ts` bundles style sheets into one file; the import declares which the dashboard needs. */
declare module "*.css";
