# What the tests of tasks share; loaded after lib.
#
#   task NAME, slow_task NAME, undo NAME, noting NAME    services that tell $dir/order what they do
#   needs NAME OTHER [optional]
#   noted LIST          has $dir/order become that? order: what it is
#   held NAME, done_soon NAME, failed NAME
#   answers STATE NAME CODE    what `reeve wait` exits with
# shellcheck shell=bash disable=SC2154 # dir and scan are lib's

tasks_setup() { reeve_setup; export REEVE_LIVE=$live; }

# Notes each run of it in $dir/order, then does what stdin says.
task() # NAME
{
  local text
  IFS= read -r -d '' text || :
  service "$1" <<<"echo $1 runs >>\"\$dir/order\"
$text"
  touch "$scan/$1/flag-oneshot"
}

# It goes on when $dir/NAME.go is there.
slow_task() { task "$1" <<<"until [ -e \"\$dir/$1.go\" ]; do sleep 0.02; done"; }

undo() # NAME
{
  local text
  IFS= read -r -d '' text || :
  script "$scan/$1/undo" <<<"echo $1 undone >>\"\$dir/order\"
$text"
}

# Notes when it starts, before it is ready, and when it ends.
noting() # NAME
{
  setting "$1" notification-fd 3
  service "$1" <<<"trap 'echo $1 ends >>\"\$dir/order\"; kill \$!; exit 0' TERM
echo $1 starts >>\"\$dir/order\"
echo >&3
sleep 1000000 & wait"
}

needs() { setting "$1" "dependencies.d/$2" "${3:-}"; } # NAME OTHER [optional]

order() { tr '\n' ',' <"$dir/order"; }
has_noted() { [ "$(order)" = "$1" ]; }
noted() { eventually 10 has_noted "$1" || { order; return 1; }; }
held() { eventually 10 field "$1" state held; }
ready_soon() { eventually 10 field "$1" ready true; } # and one that notes has done so
done_soon() { eventually 10 field "$1" state 'done'; }
failed() { eventually 10 field "$1" state failed; }
answers() # STATE NAME CODE
{
  local code=0
  reeve wait --timeout 200ms "$1" "$2" 2>"$dir/said" || code=$?
  [ "$code" -eq "$3" ] || { echo "# wait $1 $2: $code, not $3: $(<"$dir/said")"; return 1; }
}
