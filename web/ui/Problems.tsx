import type { ApiProblem } from "./http.ts";
import { Button } from "./Button.tsx";

const FORBIDDEN =
  "Your account does not have the required role. Reading requires Mooring.Reader, changes require Mooring.Operator. The administrator of the enterprise application in Microsoft Entra ID assigns these roles.";

/** The problem that the API returned, and what the user can do. */
export function Problems({ problem, onRetry }: { problem: ApiProblem; onRetry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{problem.status === 401 ? "Sign-in required" : problem.message}</p>
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

/** App Service signs the user in and redirects back here. */
export function signInHref(): string {
  return `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(location.pathname)}`;
}
