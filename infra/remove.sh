#!/bin/sh
# Takes away what a deployment made outside the resource group of the installation: event subscriptions, role assignments, custom roles
# and the app registration. The resource group itself is left to azd down or az group delete. May be run again if it was interrupted.
set -eu

: "${AZURE_ENV_NAME:?name of the installation}"
: "${MOORING_HOME_SUBSCRIPTION:?subscription of the installation}"
: "${MOORING_PRINCIPAL_ID:?principal of the app}"
: "${MOORING_WATCHED:?watched subscriptions, separated by spaces}"

# shellcheck disable=SC2086 -- a list
sh "$(dirname "$0")/unwatch.sh" $MOORING_WATCHED

for role in $(az role definition list --subscription "$MOORING_HOME_SUBSCRIPTION" --custom-role-only true \
  --query "[?starts_with(roleName, 'Mooring ') && ends_with(roleName, ' ($AZURE_ENV_NAME)')].name" --output tsv); do
  az role definition delete --subscription "$MOORING_HOME_SUBSCRIPTION" --custom-role-only true --name "$role"
done
echo "The custom roles are gone."

if [ -n "${MOORING_REGISTRATION:-}" ]; then
  if az ad app show --id "$MOORING_REGISTRATION" --output none 2>/dev/null; then
    az ad app delete --id "$MOORING_REGISTRATION"
  fi
  echo "The app registration is gone."
fi
