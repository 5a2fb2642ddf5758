#!/bin/sh
# Sends the cluster's complete list of Services to Mooring. One list without paging is one consistent read; had it broken off,
# curl would end with an error and nothing would be sent.
set -eu

account=${SERVICE_ACCOUNT:-/var/run/secrets/kubernetes.io/serviceaccount}
umask 077
printf 'authorization: Bearer %s\n' "$(cat "$account/token")" > "$TMPDIR/reader"
printf 'x-mooring-token: %s\n' "$(cat "$TOKEN_FILE")" > "$TMPDIR/sender"

# Asks the relay as an API server does, and tells Mooring with the snapshot how that went: nobody outside can ask it. Nothing is remembered
# of a dry run. A relay that does not answer must not hold up the snapshot.
if [ -n "${RELAY_URL:-}" ]; then
  review='{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"mooring-probe","kind":{"group":"","version":"v1","kind":"Service"},"resource":{"group":"","version":"v1","resource":"services"},"namespace":"mooring","operation":"CREATE","dryRun":true,"userInfo":{"username":"mooring-snapshot"},"object":{"apiVersion":"v1","kind":"Service","metadata":{"name":"mooring-probe","namespace":"mooring","uid":"mooring-probe"},"spec":{"type":"ClusterIP","ports":[{"port":80}]}}}}'
  code=0
  curl --fail --silent --show-error --verbose --max-time 10 --cacert "$RELAY_CA" \
    --header 'content-type: application/json' --data "$review" --output "$TMPDIR/review.json" "$RELAY_URL" \
    2> "$TMPDIR/probe" || code=$?
  if [ "$code" -ne 0 ]; then
    verdict=$(sed -n 's/^curl: ([0-9]*) //p' "$TMPDIR/probe" | head -n 1 | tr -cd '[:alnum:] .:/_-' | cut -c 1-200)
    verdict=${verdict:-curl ended with $code}
  elif grep -q '"allowed":true' "$TMPDIR/review.json"; then
    verdict=ok
  else
    verdict='it did not allow what it must allow'
  fi
  ends=$(sed -n 's/^\*  *expire date: //p' "$TMPDIR/probe" | head -n 1)
  printf 'x-mooring-webhook: %s\n' "$verdict" >> "$TMPDIR/sender"
  if [ -n "$ends" ]; then printf 'x-mooring-webhook-certificate-ends: %s\n' "$ends" >> "$TMPDIR/sender"; fi
fi

# Last, so that the list is as new as it can be when it arrives.
curl --fail --silent --show-error --max-time 120 \
  --cacert "$account/ca.crt" --header "@$TMPDIR/reader" \
  --output "$TMPDIR/services.json" "$API_SERVER/api/v1/services"

curl --fail-with-body --silent --show-error --max-time 120 --retry 3 \
  --header "@$TMPDIR/sender" --header 'content-type: application/json' \
  --data-binary "@$TMPDIR/services.json" "$SNAPSHOT_URL"
echo
