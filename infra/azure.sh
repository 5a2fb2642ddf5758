# Sourced by the scripts of this folder. Each call of az goes through ask or alter, so that its exit code is never lost, and a script that
# stops lists what is left. (`for x in $(az …)` and `[ "$(az …)" = true ]` lose it, also under `set -e`.)
#
# Exit codes of the scripts:
#   0  everything is done, and was read back from Azure
#   1  failed, and nothing was completed
#   2  called with missing or wrong input; Azure was not called
#   3  partly done: something was completed, and what is left is listed
#
# MOORING_CHECKS, MOORING_CHECK_SECONDS  how often, and after how many seconds, to read again what Azure may show late: 10 times, 5 seconds

NEWLINE='
'
PLANNED=""
CHANGED=""
ADVICE="Correct this and run the script again: what is done already is skipped."

# need NAME MEANING: ends the script unless the variable is set.
need() {
  eval "value=\${$1:-}"
  if [ -z "$value" ]; then
    echo "$(basename "$0"): $1 is not set: $2." >&2
    exit 2
  fi
}

# plan THING: adds a step; steps run in this order.
plan() {
  PLANNED="$PLANNED$1$NEWLINE"
}

# completed SENTENCE: the first planned step is done and verified.
completed() {
  echo "$1"
  CHANGED=yes
  PLANNED=${PLANNED#*"$NEWLINE"}
}

# stop SENTENCE: ends the script with what failed, what is left and what to do.
stop() {
  echo "$(basename "$0"): $1" >&2
  if [ -n "$PLANNED" ]; then
    echo "Not done:" >&2
    printf '%s' "$PLANNED" | while IFS= read -r thing; do echo "  - $thing" >&2; done
  fi
  echo "$ADVICE" >&2
  if [ -n "$CHANGED" ]; then exit 3; fi
  exit 1
}

# begin: requires that az is signed in.
begin() {
  trap 'stop "it was interrupted."' HUP INT TERM
  command -v az >/dev/null || stop "the Azure CLI is not installed, or not in the PATH. Install it: https://aka.ms/azcli"
  ask "read the account that is signed in; sign in with: az login" account show --query id --output tsv
}

# ask WHAT ARGUMENTS…: sets `answer` to what az prints.
ask() {
  doing=$1
  shift
  answer=$(az "$@" --only-show-errors </dev/null) ||
    stop "az could not $doing. Its own message is above (exit code $?)."
}

# alter WHAT ARGUMENTS…: the same for a call that changes something.
alter() {
  ask "$@"
  CHANGED=yes
}

# confirm EXPECTED SENTENCE ARGUMENTS…: reads until az answers as expected, and stops with the sentence if it never does.
confirm() {
  expected=$1
  otherwise=$2
  shift 2
  reads=${MOORING_CHECKS:-10}
  while :; do
    ask "read back the result" "$@"
    if [ "$answer" = "$expected" ]; then return; fi
    reads=$((reads - 1))
    if [ "$reads" -le 0 ]; then stop "$otherwise (az answers: ${answer:-nothing})."; fi
    sleep "${MOORING_CHECK_SECONDS:-5}"
  done
}

# existing_topic SUBSCRIPTION: sets `topic` to GROUP/TOPIC from MOORING_EXISTING_TOPICS, or to nothing.
existing_topic() {
  topic=""
  for entry in ${MOORING_EXISTING_TOPICS:-}; do
    case $entry in "$1"=*) topic=${entry#*=} ;; esac
  done
}

# has_group SUBSCRIPTION GROUP
has_group() {
  ask "read whether resource group $2 exists" group exists --subscription "$1" --name "$2"
  case $answer in
    true) return 0 ;;
    false) return 1 ;;
    *) stop "az answers neither true nor false to whether resource group $2 exists: ${answer:-nothing}." ;;
  esac
}

# remove_each NOUN LIST DELETE: deletes each thing that `az LIST` names, and reads back that none is left. Both are functions: LIST
# calls the command that its arguments are with the arguments for az; DELETE gets one thing.
remove_each() {
  "$2" ask "list each $1"
  for one in $answer; do "$3" "$one"; done
  "$2" confirm "" "a $1 still exists after it was deleted"
}
