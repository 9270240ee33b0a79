# What the tests of /init share; loaded after lib. They run it in namespaces of their own: /etc and /run are theirs.
#
#   init_script NAME, finish_script NAME      from stdin
#   note WORD                                 a command that notes it; notes: what is noted; noted WORD
#   as_pid_1 [ARGUMENT...], not_pid_1         runs it, with its exit code
#   begin COMMAND...                          in the background; $init: its pid
# shellcheck shell=bash disable=SC2154,SC2034 # dir and started are lib's; outer is the tests'

init_setup()
{
  reeve_setup
  export -n REEVE_BIN # which /init would take for a variable of its own, misspelt
  unshare -pm true 2>/dev/null || skip "no PID and mount namespaces here"
  etc=$dir/etc
  scan=$etc/services.d
  mkdir -p "$etc"/{services.d,cont-init.d,cont-finish.d}
  cp -a /etc/{passwd,group,nsswitch.conf,ld.so.cache,alternatives} "$etc"
}
init_script() { script "$etc/cont-init.d/$1"; }
finish_script() { script "$etc/cont-finish.d/$1"; }
note() { echo "echo $* >>$dir/notes"; }
notes() { paste -sd ' ' "$dir/notes"; }

# shellcheck disable=SC2016 # expanded in the namespace
export inside='mount --bind "$dir/etc" /etc && mount -t tmpfs -o mode=755 tmpfs /run && cd "$dir" && exec "$@"'

# The exit code is that of `run`.
as_pid_1() { unshare -pmf --kill-child --mount-proc sh -c "$inside" sh reeve-init "$@"; }
not_pid_1() { unshare -m sh -c "$inside" sh reeve-init "$@"; }

begin() # COMMAND... ; in the background; $init: /init's pid as the test sees it
{
  start "$@"
  outer=$started
  eventually 10 init_runs
}

init_runs()
{
  init=$(pgrep -P "$(pgrep -P "$outer" -x unshare)" '^reeve-')
  [ -n "$init" ]
}

noted() { grep -qx "$1" "$dir/notes"; }
