#!/bin/sh
# Takes roles away from the app that MOORING_ENFORCE does not name any more: a deployment gives rights, and takes none back. What was given
# by hand, or at a management group, stays.
set -eu

: "${AZURE_ENV_NAME:?name of the installation}"
: "${MOORING_PRINCIPAL_ID:?principal of the app}"
: "${MOORING_WATCHED:?watched subscriptions, separated by spaces}"

withdraw() {
  assignments=$(az role assignment list --subscription "$1" --scope "/subscriptions/$1" --assignee "$MOORING_PRINCIPAL_ID" \
    --query "[].[roleDefinitionName, id]" --output tsv)
  echo "$assignments" | while IFS="$(printf '\t')" read -r role id; do
    case $role in "Mooring "*" ($AZURE_ENV_NAME)") name=${role#Mooring } ;; *) continue ;; esac
    case ",reader,${MOORING_ENFORCE:-}," in *",${name% (*},"*) continue ;; esac
    az role assignment delete --ids "$id" </dev/null
    echo "The app has no role $role in subscription $1 any more."
  done
}

for subscription in $MOORING_WATCHED; do
  withdraw "$subscription"
done
