# An idle tree does nothing: no process of it is even woken.

load lib

setup() { reeve_setup; }
teardown() { reeve_teardown; }

# How often the scanner and the supervisors have gone to sleep: once more for each
# time that they were woken.
wakes()
{
  local pid
  for pid in "$scanner" $(pgrep -P "$scanner"); do
    grep -h ^voluntary_ctxt_switches "/proc/$pid/status"
  done | awk '{ n += $2 } END { print n }'
}

settled() { local before; before=$(wakes); sleep 0.3; [ "$(wakes)" -eq "$before" ]; }

@test "the scanner and its supervisors sleep while nothing happens" {
  for i in 1 2 3 4 5 6 7 8 9 10; do
    idle "s$i"
    in=$scan/s$i service log <<<'exec cat >/dev/null'
  done
  scanner
  reeve -l "$live" wait --timeout 10 ready --all
  eventually 10 eval '[ "$(pgrep -P "$scanner" | wc -l)" -eq 20 ]'
  eventually 20 settled
  before=$(wakes)
  sleep 3 # that nothing happens is what is tested
  [ "$(wakes)" -eq "$before" ]
}

@test "so does a scanner that waits for its scan directory" {
  start reeve-scan -l "$live" "$dir/services.d" -- sleep 1000000
  scanner=$started
  eventually 10 s6-svscanctl -a "$live"
  eventually 20 settled
  before=$(wakes)
  sleep 3 # that nothing happens is what is tested
  [ "$(wakes)" -eq "$before" ]
  mkdir "$dir/services.d"
  in=$dir/source idle web
  mv "$dir/source/web" "$dir/services.d"
  up web
}
