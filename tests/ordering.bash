# What the tests of dependencies.d share; loaded after lib. Services tell $dir/order what they do.
#   noting NAME          a service that notes when it starts and ends
#   telling NAME         one that is ready once `ready NAME` was called
#   needs NAME OTHER [optional]
#   chain                web needs app needs db, which is not ready yet
#   noted LIST           $dir/order becomes that; has_noted: it is that
#   runs NAME, held NAME, ready_soon NAME
# shellcheck shell=bash disable=SC2154 # dir is lib's

# Notes when it starts and ends.
noting() # NAME
{
  service "$1" <<<"trap 'echo $1 ends >>\"\$dir/order\"; kill \$!; exit 0' TERM
echo $1 starts >>\"\$dir/order\"
[ ! -e ./notification-fd ] || { until [ -e \"\$dir/$1.ready\" ]; do sleep 0.02; done; echo $1 ready >>\"\$dir/order\"; echo >&3; }
sleep 1000000 & wait"
}

# One that is ready when $dir/NAME.ready is there.
telling()
{
  noting "$1"
  setting "$1" notification-fd 3
}

needs() # NAME OTHER [optional]
{
  setting "$1" "dependencies.d/$2" "${3:-}"
}

# Up, and it has noted that it starts, which it does after it has set its trap.
runs() { up "$1" && eventually 10 grep -qx "$1 starts" "$dir/order"; }
ready() { touch "$dir/$1.ready"; }
has_noted() { [ "$(tr '\n' ',' <"$dir/order")" = "$1" ]; }
noted() { eventually 10 has_noted "$1" || { cat "$dir/order"; return 1; }; }
held() { eventually 10 field "$1" state held; }
ready_soon() { eventually 10 field "$1" ready true; }

# web needs app needs db, which tells when it is ready
chain()
{
  telling db
  telling app
  telling web
  ready app
  ready web
  needs app db
  needs web app
}
