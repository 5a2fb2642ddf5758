#!/bin/sh
# Removes role assignments of the app that MOORING_ENFORCE no longer contains: a deployment adds role assignments, and removes none. Manual
# assignments, and those at a management group, are kept. Exit codes: see azure.sh.
set -eu
. "$(dirname "$0")/azure.sh"

need AZURE_ENV_NAME "name of the installation"
need MOORING_PRINCIPAL_ID "principal of the app"
need MOORING_WATCHED "watched subscriptions, separated by spaces"

assignments() {
  "$@" role assignment list --subscription "$subscription" --scope "/subscriptions/$subscription" \
    --assignee-object-id "$MOORING_PRINCIPAL_ID" --fill-principal-name false --output tsv \
    --query "[$superfluous].id"
}

# The roles of this installation without the reader and without those of MOORING_ENFORCE, as a filter for az.
superfluous="?starts_with(roleDefinitionName, 'Mooring ') && ends_with(roleDefinitionName, ' ($AZURE_ENV_NAME)')"
for kept in reader $(echo "${MOORING_ENFORCE:-}" | tr , ' '); do
  superfluous="$superfluous && roleDefinitionName != 'Mooring $kept ($AZURE_ENV_NAME)'"
done

delete_assignment() {
  alter "delete role assignment $1" role assignment delete --subscription "$subscription" --ids "$1"
}

for subscription in $MOORING_WATCHED; do
  plan "the roles that MOORING_ENFORCE does not name, in subscription $subscription"
done
begin
for subscription in $MOORING_WATCHED; do
  remove_each "role assignment in subscription $subscription" assignments delete_assignment
  completed "In subscription $subscription the app has no role that MOORING_ENFORCE does not name."
done
