# reeve metrics: numbers about services, in the format of OpenMetrics.

load lib

setup() { reeve_setup; export REEVE_LIVE=$live; }
teardown() { reeve_teardown; }

# The grammar of OpenMetrics, as far as it concerns us: families in one piece each, every sample of one, every
# value a number, each once, and the end.
check_grammar() # FILE
{
  python3 - "$1" <<'END'
import re, sys
text = open(sys.argv[1], "rb").read().decode("utf-8")
assert text.endswith("\n# EOF\n"), "no end"
label = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
sample = re.compile(r'([a-z_]+)(?:\{(' + label + r'(?:,' + label + r')*)\})? (-?[0-9]+(?:\.[0-9]+)?)')
types, units, helps, seen, family, names = {}, {}, {}, set(), None, set()
for line in text.split("\n")[:-2]:
    meta = re.fullmatch(r'# (TYPE|UNIT|HELP) ([a-z_]+) (.+)', line)
    if meta:
        what, name, value = meta.groups()
        if name != family:
            assert name not in names, "family in two pieces: " + line
            family = name
            names.add(name)
        which = {"TYPE": types, "UNIT": units, "HELP": helps}[what]
        assert name not in which, "twice: " + line
        which[name] = value
        assert what != "TYPE" or value in ("gauge", "counter"), line
        assert what != "UNIT" or name.endswith("_" + value), line
        continue
    found = sample.fullmatch(line)
    assert found, "no sample: " + line
    name = found.group(1)
    assert name == family + ("_total" if types[family] == "counter" else ""), "not of its family: " + line
    assert (name, found.group(2)) not in seen, "twice: " + line
    seen.add((name, found.group(2)))
assert set(types) == set(helps), "no help"
END
}
metrics() { reeve metrics "$@" >"$dir/metrics" && check_grammar "$dir/metrics"; }
value() # NAME LABEL
{
  key="$1{service=\"$2\"}" awk 'index($0, ENVIRON["key"] " ") == 1 { print $NF; found = 1 } END { exit !found }' "$dir/metrics"
}
has() { metrics && [ "$(value "$1" "$2")" = "$3" ] || { grep -F "$1" "$dir/metrics" | sed 's/^/# /'; return 1; }; }

@test "up, ready, restarts, memory and more, in the grammar of OpenMetrics" {
  service web <<<'sleep 1000000 & exec sleep 2000000'
  in=$scan/web service log <<<'exec cat'
  service task <<<'exit 0'
  setting task flag-oneshot ''
  service again <<<'[ -e "$dir/again" ] || { touch "$dir/again"; exit 1; }; exec sleep 1000000'
  service slow <<<'exec sleep 1000000'
  setting slow notification-fd 3
  idle $'a"b\\c'
  idle $'bad\xff'
  idle off
  setting off down ''
  before=$(date +%s)
  scanner
  up web
  eventually 10 field task state 'done'
  eventually 10 field again restarts 1
  eventually 10 field slow state starting
  eventually 10 has reeve_service_processes web 2
  has reeve_service_up web 1
  has reeve_service_ready web 1
  has reeve_service_healthy web 1
  eventually 10 has reeve_service_up web/log 1
  has reeve_service_up task 0
  has reeve_service_ready task 1
  has reeve_service_wanted task 0
  has reeve_service_restarts_total web 0
  has reeve_service_restarts_total again 1
  has reeve_service_crashes_total again 1
  has reeve_service_crashes_total web 0
  has reeve_service_up slow 1
  has reeve_service_ready slow 0
  has reeve_service_up off 0
  has reeve_service_processes off 0
  eventually 10 has reeve_service_up 'a\"b\\c' 1
  eventually 10 has reeve_service_up 'bad\\xff' 1
  [ "$(value reeve_service_memory_bytes web)" -gt 0 ]
  started_at=$(value reeve_service_start_time_seconds web)
  [ "${started_at%.*}" -ge "$before" ] && [ "${started_at%.*}" -le "$(date +%s)" ]
  run -1 value reeve_service_start_time_seconds off
  grep -q '^reeve_memory_bytes [1-9]' "$dir/metrics"
  grep -q '^reeve_cpu_seconds_total [0-9.]*$' "$dir/metrics"
  grep -q '^reeve_start_time_seconds [0-9.]*$' "$dir/metrics"
  version=$(reeve --version)
  grep -qxF "reeve_build_info{version=\"${version#reeve }\"} 1" "$dir/metrics"
  # The format of before OpenMetrics has the ending of a counter in the name of its family as well.
  if type promtool >/dev/null 2>&1; then
    awk '/^# (UNIT|EOF)/ { next }
      /^# TYPE/ { counter = $4 == "counter" }
      /^# (TYPE|HELP)/ && counter { $3 = $3 "_total" }
      { print }' "$dir/metrics" >"$dir/before"
    promtool check metrics <"$dir/before"
  fi
  metrics web
  run -1 value reeve_service_up off
  stop_scanner
  run -1 reeve metrics
  [[ $output == *'no scanner runs'* ]]
}

# Hundredths of a second of CPU time.
cpu() { metrics && value reeve_service_cpu_seconds_total web | awk '{ printf "%d", $1 * 100 }'; }
has_worked() { [ "$(cpu)" -ge "$1" ]; }

@test "the CPU time of what has ended counts on" {
  service web <<'EOF'
(i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done)
exec sleep 1000000
EOF
  scanner
  up web
  eventually 60 has_executed web
  before=$(cpu)
  [ "$before" -ge 2 ]
  s6-svc -r "$live/web"
  eventually 10 field web restarts 1
  [ "$(cpu)" -ge "$before" ]
  eventually 60 has_worked $((before + 2))
}
