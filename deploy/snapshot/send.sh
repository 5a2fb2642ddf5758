#!/bin/sh
# Sends the cluster's complete list of Services to Mooring. One list without paging is one consistent read; had it broken off,
# curl would end with an error and nothing would be sent.
set -eu

account=${SERVICE_ACCOUNT:-/var/run/secrets/kubernetes.io/serviceaccount}
umask 077
printf 'authorization: Bearer %s\n' "$(cat "$account/token")" > "$TMPDIR/reader"
printf 'x-mooring-token: %s\n' "$(cat "$TOKEN_FILE")" > "$TMPDIR/sender"

curl --fail --silent --show-error --max-time 120 \
  --cacert "$account/ca.crt" --header "@$TMPDIR/reader" \
  --output "$TMPDIR/services.json" "$API_SERVER/api/v1/services"

curl --fail-with-body --silent --show-error --max-time 120 --retry 3 \
  --header "@$TMPDIR/sender" --header 'content-type: application/json' \
  --data-binary "@$TMPDIR/services.json" "$SNAPSHOT_URL"
echo
