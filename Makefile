# GNU make. ./configure writes config.mk.
ifeq ($(filter clean,$(MAKECMDGOALS)),)
include config.mk
endif

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

PROGRAMS := reeve-scan reeve-supervise reeve reeve-init reeve-exec
FOLDER_reeve-scan := scan
FOLDER_reeve-supervise := supervise
FOLDER_reeve := control
FOLDER_reeve-init := init
FOLDER_reeve-exec := exec

objects = $(patsubst src/%.c,$(OBJ)/%.o,$(wildcard src/$(1)/*.c))
LIBREEVE := $(BUILD)/libreeve.a
MANUAL := $(patsubst %.scd,$(BUILD)/man/%,$(notdir $(wildcard src/*/*.scd)))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

.PHONY: all programs install check demo lint asan mutants clean unit overlay overlay-amd64 overlay-arm64 overlay-execline
all: programs $(MANUAL)
programs: $(addprefix $(BIN)/,$(PROGRAMS))

$(OBJ)/%.o: src/%.c config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(LIBREEVE): $(foreach folder,wire service base,$(call objects,$(folder)))
	rm -f $@
	$(AR) rcs $@ $^

define program
$(BIN)/$(1): $(call objects,$(FOLDER_$(1))) $(LIBREEVE)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(foreach name,$(PROGRAMS),$(eval $(call program,$(name))))

# A unit test named after a program's folder gets that program's objects but its main.
parts = $(foreach name,$(PROGRAMS),$(if $(filter $(FOLDER_$(name))_%,$(1)),$(filter-out %/$(name).o,$(call objects,$(FOLDER_$(name))))))
define unit_test
$(BUILD)/unit/$(1): tests/unit/$(1).c tests/unit/unit.h $(call parts,$(1)) $(LIBREEVE)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CPPFLAGS) -Itests/unit $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ tests/unit/$(1).c $(call parts,$(1)) $(LIBREEVE) $$(LIBS)
endef
$(foreach name,$(notdir $(UNIT_TESTS)),$(eval $(call unit_test,$(name))))
unit: $(UNIT_TESTS)

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

include tools/overlay/together.mk
include tools/migrate/migrate.mk

overlay: overlay-amd64 overlay-arm64 overlay-execline

overlay-amd64 overlay-arm64: overlay-%:
	tools/overlay/build.sh $* $(OVERLAY) $(OVERLAY_CACHE)

overlay-execline:
	tools/overlay/execline.sh $(OVERLAY) $(OVERLAY_CACHE)

check: all unit overlay
	BUILD=$(BUILD) tests/run

demo: all
	BUILD=$(BUILD) tools/demo.sh

lint:
	tools/lint.sh

asan:
	ASAN_OPTIONS=verify_asan_link_order=0 \
	$(MAKE) BUILD=build-asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	  SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' check

mutants: all
	tools/mutants.sh

clean:
	rm -rf build build-asan

-include $(shell find $(OBJ) $(BUILD)/unit -name '*.d' 2>/dev/null)
