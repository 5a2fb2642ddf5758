#!/bin/sh
# Reports the cluster's Services to Mooring in an endless loop: sends the query that Mooring requested to the API server, posts the
# response body unchanged, and continues with the query in Mooring's answer. It can only list and watch Services. Requires a POSIX sh
# with its usual tools, and curl 7.84 or later. Bodies are stored in files, so that memory does not grow with the cluster. Tokens
# are read in every iteration, because they rotate.
set -u
umask 077
LC_ALL=C
export LC_ALL

account=${SERVICE_ACCOUNT:-/var/run/secrets/kubernetes.io/serviceaccount}
most_bytes=2097152
first_backoff=2
most_backoff=60
probe_interval=${PROBE_SECONDS:-900}
pause=${SLEEP:-sleep}
child=

log() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >&2; }

# Sleeps in the background, so that a signal ends the script immediately.
run() {
  "$@" &
  child=$!
  wait "$child"
}
trap 'if [ -n "$child" ]; then kill "$child" 2>/dev/null; fi; exit 143' TERM INT

# The time is written in every iteration and before every wait, which lasts at most five minutes.
report_alive() { date +%s > "$TMPDIR/alive"; }

# The liveness probe.
if [ "${1:-}" = alive ]; then
  [ "$(($(date +%s) - $(cat "$TMPDIR/alive")))" -lt 600 ]
  exit
fi

wait_seconds() {
  if [ "$1" -eq 0 ]; then return; fi
  report_alive
  run "$pause" "$1"
}

# Seconds to wait after a failure; they double, up to one minute.
back_off() {
  delay=$backoff
  backoff=$((backoff * 2))
  if [ "$backoff" -gt "$most_backoff" ]; then backoff=$most_backoff; fi
}

# The first line of curl's message.
reason_of() { sed -n 's/^curl: ([0-9]*) //p' "$1" | head -n 1 | cut -c 1-200; }

# The first part of a body, on one line.
excerpt_of() { head -c 300 "$1" | tr -s '[:cntrl:]' ' '; }

# Sends a dry run to the relay, as an API server does, and adds the result to the headers of the next post: the relay cannot be
# reached from outside the cluster.
probe_relay() {
  review='{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"mooring-probe","kind":{"group":"","version":"v1","kind":"Service"},"resource":{"group":"","version":"v1","resource":"services"},"namespace":"mooring","operation":"CREATE","dryRun":true,"userInfo":{"username":"mooring-declarations"},"object":{"apiVersion":"v1","kind":"Service","metadata":{"name":"mooring-probe","namespace":"mooring","uid":"mooring-probe"},"spec":{"type":"ClusterIP","ports":[{"port":80}]}}}}'
  : > "$TMPDIR/review"
  code=0
  run curl --fail --silent --show-error --verbose --max-time 10 --max-filesize 65536 --cacert "$RELAY_CA" \
    --header 'content-type: application/json' --data "$review" --output "$TMPDIR/review" "$RELAY_URL" \
    2> "$TMPDIR/probe" || code=$?
  if [ "$code" -ne 0 ]; then
    verdict=$(reason_of "$TMPDIR/probe" | tr -cd '[:alnum:] .:/_-')
    verdict=${verdict:-curl ended with $code}
  elif grep -q '"allowed":true' "$TMPDIR/review"; then
    verdict=ok
  else
    verdict='it did not allow what it must allow'
  fi
  if [ "$verdict" != ok ]; then log "the relay at $RELAY_URL failed: $verdict"; fi
  printf 'x-mooring-webhook: %s\n' "$verdict" > "$TMPDIR/webhook"
  sed -n 's/^\*  *expire date: /x-mooring-webhook-certificate-ends: /p' "$TMPDIR/probe" | head -n 1 >> "$TMPDIR/webhook"
}

# Runs the query; stores the API server's status in $status and the body in a file.
read_services() {
  : > "$TMPDIR/body"
  token=$(cat "$account/token") || log "cannot read $account/token"
  printf 'authorization: Bearer %s\n' "$token" > "$TMPDIR/reader"
  code=0
  run curl --silent --show-error --globoff --connect-timeout 10 --max-time 120 --max-filesize "$most_bytes" \
    --cacert "$account/ca.crt" --header "@$TMPDIR/reader" --output "$TMPDIR/body" --write-out '%{http_code}\n' \
    "$API_SERVER/api/v1/services?$query" > "$TMPDIR/outcome" 2> "$TMPDIR/error" || code=$?
  status=000
  read -r status < "$TMPDIR/outcome" || status=000
  if [ "$code" -eq 63 ] || [ "$(wc -c < "$TMPDIR/body")" -gt "$body_limit" ]; then
    log "the API server's answer to $query is larger than $body_limit bytes"
    status=413
  elif [ "$code" -ne 0 ]; then
    log "the API server did not answer $query: $(reason_of "$TMPDIR/error") (curl ended with $code)"
    status=000
  elif [ "$status" != 200 ]; then
    log "the API server answered $status to $query: $(excerpt_of "$TMPDIR/body")"
  fi
  case $status in 000 | 413) : > "$TMPDIR/body" ;; esac
}

# Posts the body; stores Mooring's status in $answered and its headers in $next, $named and $retry_after.
post() {
  token=$(cat "$TOKEN_FILE") || log "cannot read $TOKEN_FILE"
  {
    printf 'x-mooring-token: %s\n' "$token"
    # The empty `expect` header avoids waiting for "100 Continue" before the body is sent.
    printf 'content-type: application/json\nexpect:\n'
    if [ -n "$sequence" ]; then printf 'x-mooring-sequence: %s\n' "$sequence"; fi
    if [ -n "$status" ]; then printf 'x-mooring-status: %s\n' "$status"; fi
    cat "$TMPDIR/webhook"
  } > "$TMPDIR/sender"
  : > "$TMPDIR/answer"
  code=0
  run curl --silent --show-error --connect-timeout 10 --max-time 120 --max-filesize 65536 \
    --header "@$TMPDIR/sender" --data-binary "@$TMPDIR/body" --output "$TMPDIR/answer" \
    --write-out '%{http_code}\n%header{x-mooring-sequence}\n%header{x-mooring-query}\n%header{retry-after}\n' \
    "$DECLARATIONS_URL" > "$TMPDIR/outcome" 2> "$TMPDIR/error" || code=$?
  answered=000 next='' named='' retry_after=''
  if [ "$code" -ne 0 ]; then return; fi
  { read -r answered && read -r next && read -r named && read -r retry_after; } < "$TMPDIR/outcome" || :
  case $retry_after in
    *[!0-9]*) retry_after='' ;;
    ????*) retry_after=300 ;;
  esac
}

drop_session() {
  log "$1: a new session begins"
  sequence='' query='' retry_after=''
  delay=$most_backoff
}

# Continues with the query in the answer.
follow() {
  case $next in *[!A-Za-z0-9._-]*) drop_session 'Mooring named a sequence with characters that are not allowed' && return ;; esac
  case $named in *[!A-Za-z0-9=\&%._~-]*) drop_session 'Mooring named a query with characters that are not allowed' && return ;; esac
  if [ "${#named}" -gt 4096 ] || [ "${#next}" -gt 256 ]; then
    drop_session 'Mooring named a query or a sequence that is too long'
    return
  fi
  sequence=$next query=$named body_limit=$most_bytes
  case $answered:$status in
    2??: | 2??:200 | 2??:410 | 2??:413) backoff=$first_backoff ;;
    *) back_off ;;
  esac
}

# Logs only changes: a window with the same result as the previous one is not logged.
log_answer() {
  case $answered in
    2??)
      outcome=$(sed -n 's/.*"outcome": *"\([A-Za-z -]*\)".*/\1/p' "$TMPDIR/answer" | head -n 1)
      if [ "$outcome" = "$last_outcome" ]; then return; fi
      last_outcome=$outcome
      log "Mooring: $(excerpt_of "$TMPDIR/answer")"
      ;;
    000)
      last_outcome=''
      log "Mooring did not answer: $(reason_of "$TMPDIR/error") (curl ended with $code)"
      ;;
    *)
      last_outcome=''
      log "Mooring answered $answered: $(excerpt_of "$TMPDIR/answer")"
      ;;
  esac
}

# One iteration: query, post, answer. Stores the seconds to wait in $delay.
round() {
  report_alive
  delay=0
  now=$(date +%s)
  if [ -n "${RELAY_URL:-}" ] && [ "$now" -ge "$next_probe" ]; then
    probe_relay
    next_probe=$((now + probe_interval))
  fi
  status=''
  : > "$TMPDIR/body"
  if [ -n "$query" ]; then read_services; fi
  post
  log_answer
  case $answered in
    000 | 5?? | 429) back_off ;;
    404) delay=$most_backoff ;;
    *)
      # The webhook's result was reported: do not report it again.
      : > "$TMPDIR/webhook"
      if [ -n "$next" ] && [ -n "$named" ]; then
        follow
      else
        # Not from Mooring: a proxy refused the body, possibly because of its size. The next post omits the body.
        back_off
        if [ "$answered" = 413 ]; then body_limit=0; fi
      fi
      ;;
  esac
  # A Retry-After of 0 does not override the back-off after a failure.
  if [ "${retry_after:-0}" -gt 0 ]; then delay=$retry_after; fi
  if [ "$delay" -gt 300 ]; then delay=300; fi
}

sequence='' query='' last_outcome='' next_probe=0
backoff=$first_backoff body_limit=$most_bytes
: > "$TMPDIR/webhook"
while :; do
  round
  wait_seconds "$delay"
done
