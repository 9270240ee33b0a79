# What Reeve costs: of the programs that an image gets. tools/bench/run says how to read the tables.
#
#   make bench            all; QUICK=1: fewer rounds and sizes
#   PEERS=1               with Debian's s6, runit, daemontools and supervisor, which it installs
#   PEERS_DIR='A B'       with what is in these folders under the same names: other builds of the peers,
#                         and nitro, which Debian 12 does not have (built with -DMAXSV=2000)
#   BENCH='--only Memory' other options of tools/bench/run
#   make bench-counts     counts system calls and instructions: tools/bench/counts.tsv, anew
BENCH_PROGRAMS := $(patsubst tools/bench/%.c,build/bench/%,$(wildcard tools/bench/*.c))
BENCH_PEERS := s6 runit daemontools supervisor
BENCHED := $(OVERLAY)/overlay/amd64/stage/command

build/bench/%: tools/bench/%.c
	@mkdir -p $(@D)
	musl-gcc -std=c11 -D_GNU_SOURCE -Os $(WARNINGS) -static -fno-pie -no-pie -s -o $@ $<

.PHONY: bench bench-programs bench-counts
bench-programs: $(BENCH_PROGRAMS)

bench: bench-programs overlay-amd64
	$(if $(PEERS),dpkg-query -W $(BENCH_PEERS) >/dev/null 2>&1 || apt-get install -y --no-install-recommends $(BENCH_PEERS))
	tools/bench/run $(if $(QUICK),--quick) $(if $(PEERS),--peers) $(addprefix --peers-dir ,$(PEERS_DIR)) $(BENCH) $(BENCHED) build/bench

bench-counts: bench-programs overlay-amd64
	tools/bench/counts.py $(BENCHED) build/bench --write tools/bench/counts.tsv
