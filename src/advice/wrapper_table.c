#include "advice/daemon_table.h"

/* `--help`, `--version` and options whose value follows a `=` need no mention. */
struct wrapper const wrapper_table[] =
{
  { .names = "command", .with_argument = "", .long_with_argument = "", .kind = WRAPPER_LOOKS },
  { .names = "nohup busybox catatonit with-contenv pgrphack s6-setsid authbind chronic catchsegv linux32 linux64", .with_argument = "", .long_with_argument = "" },
  { .names = "exec", .with_argument = "a", .long_with_argument = "" },
  { .names = "tini", .with_argument = "pe", .long_with_argument = "" },
  { .names = "dumb-init", .with_argument = "r", .long_with_argument = "--rewrite" },
  { .names = "dbus-run-session", .with_argument = "", .long_with_argument = "--config-file --dbus-daemon" },
  { .names = "reeve-exec", .with_argument = "ueCnlL0r", .kind = WRAPPER_REEVE },
  { .names = "env", .with_argument = "uCSa", .long_with_argument = "--unset --chdir --split-string --argv0", .kind = WRAPPER_ASSIGNS },
  { .names = "sudo", .with_argument = "ugCchpTrtDRU",
    .long_with_argument = "--user --group --close-from --chdir --chroot --host --prompt --command-timeout --role --type --other-user", .kind = WRAPPER_ASSIGNS },
  { .names = "doas", .with_argument = "uC", .long_with_argument = "" },
  { .names = "setsid", .long_with_argument = "", .kind = WRAPPER_LEAVES },
  { .names = "s6-fghack fghack", .kind = WRAPPER_HOLDS },
  { .names = "nice", .with_argument = "n", .long_with_argument = "--adjustment" },
  { .names = "ionice", .with_argument = "cnpPu", .long_with_argument = "--class --classdata --pid --pgid --uid" },
  { .names = "choom", .with_argument = "np", .long_with_argument = "--adjust --pid" },
  { .names = "stdbuf", .with_argument = "ioe", .long_with_argument = "--input --output --error" },
  { .names = "unbuffer", .with_argument = "", .long_with_argument = "" },
  { .names = "setpriv", .with_argument = "", .long_with_argument = "--ambient-caps --bounding-set --inh-caps --ruid --euid --rgid --egid --reuid --regid --groups "
    "--securebits --pdeathsig --ptracer --selinux-label --apparmor-profile --landlock-access --landlock-rule --seccomp-filter" },
  { .names = "s6-applyuidgid", .with_argument = "ugG", .long_with_argument = "" },
  { .names = "gosu su-exec s6-setuidgid setuidgid s6-envuidgid envuidgid envdir", .positional = 1 },
  { .names = "chroot", .with_argument = "", .long_with_argument = "--userspec --groups", .positional = 1 },
  { .names = "unshare", .with_argument = "RwSGl", .long_with_argument = "--root --wd --setuid --setgid --map-user --map-group --map-users --map-groups "
    "--propagation --setgroups --monotonic --boottime --load-interp --owner" },
  { .names = "nsenter", .with_argument = "tSGW", .long_with_argument = "--target --setuid --setgid --wdns" },
  { .names = "s6-envdir", .with_argument = "cL", .positional = 1 },
  { .names = "s6-setlock setlock", .with_argument = "t", .positional = 1 },
  { .names = "flock", .with_argument = "wE", .long_with_argument = "--wait --timeout --conflict-exit-code", .positional = 1 },
  { .names = "timeout", .with_argument = "ks", .long_with_argument = "--kill-after --signal", .positional = 1 },
  /* their first word is exec or run */
  { .names = "bundle poetry pipenv uv pdm hatch", .positional = 1 },
  { .names = "taskset", .with_argument = "", .long_with_argument = "", .positional = 1 },
  { .names = "chrt", .with_argument = "TPD", .long_with_argument = "--sched-runtime --sched-period --sched-deadline", .positional = 1 },
  { .names = "numactl", .with_argument = "ipPmNCLlof", .long_with_argument = "--interleave --weighted-interleave --preferred --preferred-many --membind --cpunodebind --physcpubind" },
  { .names = "prlimit", .with_argument = "po", .long_with_argument = "--pid --output" },
  { .names = "s6-softlimit softlimit", .with_argument = "acdflmoprst" },
  { .names = "chpst", .with_argument = "uUbe/CnlLmdopfcrt" },
  { .names = "cgexec", .with_argument = "g", .long_with_argument = "" },
  { .names = "runcon", .with_argument = "turl", .long_with_argument = "--type --user --role --range" },
  { .names = "aa-exec", .with_argument = "pn", .long_with_argument = "--profile --namespace" },
  { .names = "fakeroot", .with_argument = "lsibf", .long_with_argument = "--lib --faked" },
  { .names = "xvfb-run", .with_argument = "efnpsw", .long_with_argument = "--error-file --auth-file --server-num --xauth-protocol --server-args --wait" },
  { .names = "s6-notifyoncheck", .with_argument = "3sTtwnc" },
  { .names = "fdmove", .positional = 2 },
  { .names = "redirfd", .positional = 2 },
} ;

size_t const wrapper_table_rows = sizeof(wrapper_table) / sizeof(wrapper_table[0]) ;
