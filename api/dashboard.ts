/**
 * Serves the files of the dashboard that `dev/tools/build.ts` puts next to the app. File names are looked up in
 * a list and never turned into a path. Called by `functions/dashboard.ts` only.
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Log } from "../shared/ports/log.ts";
import { acceptsGzip, type ApiAnswer } from "./answer.ts";
import { etagOf, names } from "./etag.ts";
import { readFiles, type WebFile } from "./files.ts";
import type { ApiRequest } from "./input.ts";
import { openApp, type Host } from "./open.ts";
import { principalOf, signInOf, type SignIn } from "./principal.ts";
import { ApiProblem, toProblem } from "./problem.ts";
import { refusalPage } from "./refusal.ts";
import { messageOf } from "../shared/core/messageOf.ts";

export interface Site extends Host {
  /** Folder of the built dashboard. */
  readonly files: URL;
}

const compress = promisify(gzip);
/** The return address is fixed and never taken from the request. */
const SIGN_IN = `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent("/api/dashboard/")}`;

/** The page loads its own files only, calls this app only, and cannot be framed. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** Never throws: a failure is an HTML page. */
export async function serveDashboard(request: ApiRequest, log: Log, site: Site): Promise<ApiAnswer> {
  try {
    return await respond(request, log, site);
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status === 503) log.error("dashboard failed", { why: messageOf(error) });
    return refused(request, problem);
  }
}

async function respond(request: ApiRequest, log: Log, site: Site): Promise<ApiAnswer> {
  const { pathname } = new URL(request.url);
  // A relative redirect stays on this host.
  if (/\/dashboard$/i.test(pathname)) return redirect(request, 308, "dashboard/");
  const name = pathname.replace(/^.*?\/dashboard\//i, "") || "index.html";
  const { app } = await openApp(site, log);
  const signIn = signInOf(site.env, app);
  if (name === "index.html" && (await isStranger(request, signIn))) return redirect(request, 302, SIGN_IN);
  await principalOf(request, signIn);
  const built = await readFiles(site.files);
  if (built.size === 0) throw new ApiProblem(503, "This build contains no dashboard; run `npm run build`");
  const file = built.get(name);
  if (!file) throw new ApiProblem(404, "Page not found");
  return fileAnswer(request, file);
}

/** A caller who can be redirected to sign in. */
async function isStranger(request: ApiRequest, signIn: SignIn): Promise<boolean> {
  if (!signIn.isAuthenticated) return false;
  try {
    await principalOf(request, signIn);
    return false;
  } catch (error) {
    return error instanceof ApiProblem && error.status === 401;
  }
}

async function fileAnswer(request: ApiRequest, file: WebFile): Promise<ApiAnswer> {
  const etag = etagOf(file.bytes);
  const headers = { ...headersFor(request), "cache-control": file.cacheControl, etag };
  const etags = request.headers.get("if-none-match");
  if (etags !== null && names(etags, [etag])) return { status: 304, headers };
  const { encoding, bytes } = await packed(request, file);
  return {
    status: 200,
    headers: { ...headers, "content-type": file.type, ...(encoding && { "content-encoding": encoding }) },
    ...(request.method !== "HEAD" && { body: bytes }),
  };
}

async function packed(request: ApiRequest, file: WebFile): Promise<{ encoding?: string; bytes: Uint8Array }> {
  const accepted = request.headers.get("accept-encoding") ?? "";
  if (file.brotli && /(^|,)\s*br\s*(,|$)/i.test(accepted)) return { encoding: "br", bytes: file.brotli };
  if (!file.isText || !acceptsGzip(request)) return { bytes: file.bytes };
  file.gzip ??= await compress(file.bytes, { level: 9 });
  return { encoding: "gzip", bytes: file.gzip };
}

function headersFor({ url, headers }: ApiRequest): Record<string, string> {
  const isHttps = url.startsWith("https:") || headers.get("x-forwarded-proto") === "https";
  return {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    vary: "accept-encoding, cookie",
    ...(isHttps && { "strict-transport-security": "max-age=31536000; includeSubDomains" }),
  };
}

function redirect(request: ApiRequest, status: 302 | 308, location: string): ApiAnswer {
  return { status, headers: { ...headersFor(request), "cache-control": "no-store", location } };
}

function refused(request: ApiRequest, problem: ApiProblem): ApiAnswer {
  const { html, styleSource } = refusalPage(problem);
  return {
    status: problem.status,
    headers: {
      ...problem.headers,
      ...headersFor(request),
      "content-security-policy": POLICY.replace("style-src 'self'", `style-src '${styleSource}'`),
      "cache-control": "no-store",
      "content-type": "text/html; charset=utf-8",
    },
    ...(request.method !== "HEAD" && { body: html }),
  };
}
