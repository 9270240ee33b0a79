# GNU make. ./configure writes config.mk.
ifeq ($(filter clean,$(MAKECMDGOALS)),)
include config.mk
endif

VERSION := 0.1
# The commit, of a checkout; "": none. A folder within another project's checkout is none of it.
REEVE_COMMIT ?= $(if $(wildcard .git),$(shell git --git-dir=.git rev-parse --verify HEAD 2>/dev/null | cut -c 1-7))

BUILD ?= build
BINDIR = $(PREFIX)/bin
BIN := $(BUILD)/bin
OBJ := $(BUILD)/obj
DEMO_LIVE := $(BUILD)/demo-live
# The tarballs are the same whatever the programs in BUILD are built with.
OVERLAY := build
OVERLAY_CACHE ?= $(OVERLAY)/overlay/cache

ALL_CPPFLAGS := -std=c11 -D_GNU_SOURCE -Isrc -MMD -MP -DREEVE_BINDIR='"$(BINDIR)"'
WARNINGS := -Wall -Wextra -Werror
ALL_CFLAGS := $(CFLAGS) $(WARNINGS) -fno-pie -ffunction-sections -fdata-sections $(SANITIZE)
ALL_LDFLAGS := $(LDFLAGS) -no-pie -Wl,--gc-sections $(SANITIZE)
LIBS := -l:libskarnet.a

PROGRAMS := reeve-scan reeve-supervise reeve reeve-check reeve-init reeve-exec reeve-log
FOLDER_reeve-scan := scan
FOLDER_reeve-supervise := supervise
FOLDER_reeve := control
FOLDER_reeve-check := check
FOLDER_reeve-init := init
FOLDER_reeve-exec := exec
FOLDER_reeve-log := log

objects = $(patsubst src/%.c,$(OBJ)/%.o,$(wildcard src/$(1)/*.c))
LIBREEVE := $(BUILD)/libreeve.a
VERSION_OBJECT := $(OBJ)/version.o
MANUAL := $(patsubst %.scd,$(BUILD)/man/%,$(notdir $(wildcard src/*/*.scd)))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

.PHONY: all programs everything install check check-overlay demo lint asan coverage late mutants faults faults-sample clean unit testbed overlay overlay-amd64 overlay-arm64 overlay-execline fuzz fuzz-targets chaos
all: programs $(MANUAL)
programs: $(addprefix $(BIN)/,$(PROGRAMS))

include tools/migrate/migrate.mk

$(OBJ)/%.o: src/%.c config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(LIBREEVE): $(foreach folder,wire advice service base,$(call objects,$(folder)))
	rm -f $@
	$(AR) rcs $@ $^

# Only what is linked changes with each commit.
$(BUILD)/version.c: version-of-now
	@mkdir -p $(@D)
	@echo 'extern char const version_text[] ; char const version_text[] = "$(VERSION)$(patsubst %, (%),$(REEVE_COMMIT))" ;' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
.PHONY: version-of-now

$(VERSION_OBJECT): $(BUILD)/version.c config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# What each program is linked with as well.
BESIDES := $(if $(LATE),$(BUILD)/late.o)

define program
$(BIN)/$(1): $(call objects,$(FOLDER_$(1))) $(VERSION_OBJECT) $(BESIDES) $(LIBREEVE)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(foreach name,$(PROGRAMS),$(eval $(call program,$(name))))

# A unit test named after a program's folder gets that program's objects but its main.
parts = $(foreach name,$(PROGRAMS),$(if $(filter $(FOLDER_$(name))_%,$(1)),$(filter-out %/$(name).o,$(call objects,$(FOLDER_$(name)))))) $(if $(filter migrate_%,$(1)),$(migrate_parts))
define unit_test
$(BUILD)/unit/$(1): tests/unit/$(1).c tests/unit/unit.h $(call parts,$(1)) $(LIBREEVE)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CPPFLAGS) -Itests/unit $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ tests/unit/$(1).c $(call parts,$(1)) $(LIBREEVE) $$(LIBS)
endef
$(foreach name,$(notdir $(UNIT_TESTS)),$(eval $(call unit_test,$(name))))
unit: $(UNIT_TESTS) testbed

# What the tests use.
testbed: $(addprefix $(BUILD)/tests/,apart processes probe)

# Without a sanitizer: they are not what is tested, and the limits of memory that one of them is given are low.
$(BUILD)/tests/%: tests/%.c config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(CFLAGS) $(WARNINGS) $(LDFLAGS) -o $@ $<

# Fuzz targets likewise; one that needs other objects names them in FUZZ_PARTS_NAME, and
# the functions that it stands in for, as __wrap_FUNCTION, in FUZZ_WRAPS_NAME.
FUZZ_WRAPS_supervise_commands := program_self
FUZZ_WRAPS_log_lines := logger_pause
FUZZ_WRAPS_scan_commands := spawn kill waitpid execve process_each_child process_is_child process_group_has_child process_look lock_take program_self program_beside clock_ms
FUZZ_WRAPS_scan_reports := $(FUZZ_WRAPS_scan_commands)
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
comma := ,
fuzz_parts = $(or $(FUZZ_PARTS_$(1)),$(call parts,$(1)))
define fuzz_target
$(BUILD)/fuzz/$(1): tests/fuzz/$(1).c tests/fuzz/fuzz.h $(call fuzz_parts,$(1)) $(LIBREEVE)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CPPFLAGS) -Itests/fuzz $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -fsanitize=fuzzer $(addprefix -Wl$(comma)--wrap=,$(FUZZ_WRAPS_$(1))) -o $$@ tests/fuzz/$(1).c $(call fuzz_parts,$(1)) $(LIBREEVE) $$(LIBS)
endef
$(foreach name,$(notdir $(FUZZ_TARGETS)),$(eval $(call fuzz_target,$(name))))
fuzz-targets: $(FUZZ_TARGETS)

define manual
$(BUILD)/man/$(basename $(notdir $(1))): $(1)
	@mkdir -p $$(@D)
	scdoc <$$< >$$@
endef
$(foreach page,$(wildcard src/*/*.scd),$(eval $(call manual,$(page))))

install: all
	install -d $(DESTDIR)$(BINDIR)
	install -m 755 $(addprefix $(BIN)/,$(PROGRAMS)) $(DESTDIR)$(BINDIR)
	for page in $(MANUAL); do \
	  section=$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; \
	  install -d $$section && install -m 644 $$page $$section || exit 1; done
	for to in bash:bash-completion/completions/reeve zsh:zsh/site-functions/_reeve fish:fish/vendor_completions.d/reeve.fish; do \
	  file=$(DESTDIR)$(PREFIX)/share/$${to#*:}; \
	  install -d "$${file%/*}" && $(BIN)/reeve completion $${to%%:*} >"$$file" || exit 1; done

include tools/bench/bench.mk
include tools/twice/twice.mk
include tools/overlay/together.mk

overlay: overlay-amd64 overlay-arm64 overlay-execline

overlay-amd64 overlay-arm64: overlay-%:
	tools/overlay/build.sh $* $(OVERLAY) $(OVERLAY_CACHE)
	$(if $(filter amd64,$*),$(if $(wildcard servicedirs-example/quickstart),cp $(OVERLAY)/reeve-overlay-amd64.tar.gz servicedirs-example/quickstart/))

overlay-execline:
	tools/overlay/execline.sh $(OVERLAY) $(OVERLAY_CACHE)

everything: all unit overlay migrate bench-programs

check: everything
	@exec env BUILD=$(BUILD) tests/run

# The tests with the overlay's programs for this machine: of those that call most of what
# another C library and the link of all programs into one file could change (accounts, limits, locks,
# sockets; times, files, patterns; numbers; the protocol; reading scripts and printing), the
# quickest. The container-*.bats files use the overlay's /init, scanner and supervisors anyway.
# OVERLAY_TESTS='tests/*.bats' runs all.
OVERLAY_TESTS ?= $(patsubst %,tests/%.bats,before-the-scanner check client disable exec exec-check other-users reeve-log settings s6-svc)
OVERLAY_ARCH := $(shell dpkg --print-architecture 2>/dev/null)
check-overlay: all unit overlay-$(OVERLAY_ARCH)
	rm -rf $(OVERLAY)/overlay/checked
	mkdir $(OVERLAY)/overlay/checked
	tar -xzf $(OVERLAY)/reeve-overlay-$(OVERLAY_ARCH).tar.gz --no-same-owner -C $(OVERLAY)/overlay/checked
	ln -s ../init $(OVERLAY)/overlay/checked/command/reeve-init
	@exec env BUILD=$(BUILD) REEVE_BIN=$(CURDIR)/$(OVERLAY)/overlay/checked/command tests/run $(OVERLAY_TESTS)

demo: all
	@exec env BUILD=$(BUILD) tools/demo.sh

lint: programs migrate
	@exec env BUILD=$(BUILD) tools/lint.sh

asan:
	ASAN_OPTIONS=verify_asan_link_order=0 \
	$(MAKE) BUILD=build-asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	  SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' BESIDES=tools/asan.c check

# In these programs a system call begins late now and then: tests that depend on how fast the
# machine is fail. The environment's LATE_MS and LATE_IN tell how late and how often. What
# measures times and costs, and what needs no program that runs, is left out.
TESTS ?= $(filter-out tests/bench% tests/circles.bats tests/test-suite.bats tests/migrate%,$(wildcard tests/*.bats)) tests/migrate-ends.bats tests/migrate-starts.bats
$(BUILD)/late.o: tools/late/late.c config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

late: all unit
	$(MAKE) BUILD=build-late LATE=1 programs testbed migrate
	$(if $(filter amd64,$(OVERLAY_ARCH)),LATE=1 tools/overlay/build.sh amd64 build-late $(OVERLAY_CACHE))
	env BUILD=build-late REEVE_OVERLAY=$(CURDIR)/build-late/reeve-overlay-amd64.tar.gz tests/run $(TESTS)

# Which lines and branches the tests execute (tools/coverage). Those of the programs in BUILD:
# tests of containers and of the overlay use others; those of costs would measure the counters.
COVERAGE_TESTS ?= build-coverage/unit/*_test $(filter-out tests/container-% tests/overlay% tests/bench% tests/migrate% tests/circles.bats tests/test-suite.bats,$(wildcard tests/*.bats))
coverage:
	$(MAKE) BUILD=build-coverage CC=tools/coverage/cc CFLAGS='-O0 -g -Wno-maybe-uninitialized' SANITIZE=--coverage all unit
	tools/coverage/run build-coverage $(COVERAGE_TESTS)

SECONDS ?= 10
fuzz:
	$(MAKE) BUILD=build-fuzz CC=clang CFLAGS='-O1 -gline-tables-only -fno-omit-frame-pointer' \
	  SANITIZE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all' fuzz-targets
	tools/fuzz.sh $(SECONDS) build-fuzz $(FUZZ)

$(BUILD)/chaos/service: tools/chaos/service.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<

MINUTES ?= 1
chaos: all $(BUILD)/chaos/service
	tools/chaos/chaos.py '$(MINUTES)' '$(SEED)' $(BUILD) $(WITHOUT)

mutants: all
	tools/mutants.sh

# Every system call of the scanner and the supervisors is made to fail. Static, as
# in an image: the dynamic loader's calls are not theirs.
FAULTS := $(MAKE) BUILD=build-static LDFLAGS=-static programs build-static/faults/gate && tools/faults/run
$(BUILD)/faults/gate: tools/faults/gate.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<

faults:
	$(FAULTS) --write tests/faults.tsv

faults-sample:
	$(FAULTS) --sample $(or $(FAULTS_SECONDS),240) $(if $(FAULTS_SEED),--seed $(FAULTS_SEED))

clean:
	rm -rf build build-asan build-coverage build-late build-static build-fuzz

-include $(shell find $(OBJ) $(BUILD)/unit $(BUILD)/fuzz -name '*.d' 2>/dev/null)
