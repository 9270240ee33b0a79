# reeve-migrate, for the developer's machine: neither part of `all` nor of the
# overlay. Its grammar is fetched by npm's client, which checks the hash in the lock
# file; the third party's code is compiled without our warnings.
MIGRATE := $(OBJ)/migrate
GRAMMAR := build/grammar
GRAMMAR_SRC := $(GRAMMAR)/node_modules/tree-sitter-bash/src
MIGRATE_LIBS := $(LIBS) -l:libtree-sitter.a -l:libinih.a

migrate_objects := $(patsubst tools/migrate/%.c,$(MIGRATE)/%.o,$(wildcard tools/migrate/*.c tools/migrate/*/*.c))
grammar_objects := $(MIGRATE)/grammar/parser.o $(MIGRATE)/grammar/scanner.o
$(BUILD)/unit/migrate_% $(BUILD)/fuzz/migrate_%: LIBS := $(MIGRATE_LIBS)
$(BUILD)/unit/migrate_% $(BUILD)/fuzz/migrate_%: ALL_CPPFLAGS += -Itools
# What the tests of pure parts and the fuzzer are linked with.
migrate_parts := $(filter-out %/reeve-migrate.o,$(migrate_objects)) $(grammar_objects)

.PHONY: migrate
.SECONDARY: $(GRAMMAR_SRC)/parser.c $(GRAMMAR_SRC)/scanner.c
migrate: $(BIN)/reeve-migrate $(BUILD)/man/reeve-migrate.1

# Says what is lacking, and how to get it, before a compiler does in its own words.
$(MIGRATE)/prepared:
	@mkdir -p $(@D)
	@for header in tree_sitter/api.h ini.h; do \
	  echo "#include <$$header>" | $(CC) -E - >/dev/null 2>&1 || { \
	    echo "make migrate: there is no $$header: ./configure --install-deps=migrate installs it" >&2; exit 1; }; done
	@command -v npm >/dev/null || { \
	  echo "make migrate: there is no npm, which fetches the grammar: ./configure --install-deps=migrate installs it" >&2; exit 1; }
	@touch $@

$(GRAMMAR)/fetched: tools/migrate/grammar/package.json tools/migrate/grammar/package-lock.json | $(MIGRATE)/prepared
	@mkdir -p $(GRAMMAR)
	cp $^ $(GRAMMAR)
	cd $(GRAMMAR) && npm ci --no-progress --ignore-scripts --legacy-peer-deps --no-audit --no-fund
	touch $@

$(GRAMMAR_SRC)/%.c: $(GRAMMAR)/fetched
	@test -f $@

$(MIGRATE)/grammar/%.o: $(GRAMMAR_SRC)/%.c
	@mkdir -p $(@D)
	$(CC) -std=c11 $(CFLAGS) -fno-pie -w -I$(GRAMMAR_SRC) -c -o $@ $<

$(MIGRATE)/%.o: tools/migrate/%.c config.mk | $(MIGRATE)/prepared
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Itools $(ALL_CFLAGS) -c -o $@ $<

$(BIN)/reeve-migrate: $(migrate_objects) $(grammar_objects) $(VERSION_OBJECT) $(LIBREEVE)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(MIGRATE_LIBS)

$(BUILD)/man/reeve-migrate.1: tools/migrate/reeve-migrate.1.scd
	@mkdir -p $(@D)
	scdoc <$< >$@
