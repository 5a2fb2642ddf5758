import type { ApiProblem } from "./http.ts";
import { Button } from "./Button.tsx";

const FORBIDDEN =
  "Your account is signed in but has no role here that allows this. Reading needs Mooring.Reader, changing needs Mooring.Operator; whoever administers the app's enterprise application assigns them.";

/** What went wrong, in the API's words, and what can be done about it. */
export function Problems({ problem, onRetry }: { problem: ApiProblem; onRetry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{problem.status === 401 ? "Please sign in" : problem.message}</p>
      {problem.problems.length > 0 && (
        <ul>
          {problem.problems.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {problem.status === 403 && <p>{FORBIDDEN}</p>}
      <div class="actions">
        {problem.status === 401 && (
          <a class="button button-primary" href={signInHref()}>
            Sign in
          </a>
        )}
        {onRetry && problem.status !== 401 && <Button onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  );
}

/** App Service signs in and comes back here. */
export function signInHref(): string {
  return `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(location.pathname)}`;
}
