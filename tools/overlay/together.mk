# The overlay's one file for all programs (together.c says why). Of each program's objects
# only its main is seen from outside, under the program's name.
OBJCOPY ?= objcopy
entry = $(subst -,_,$(1))_main

define together
$(OBJ)/together/$(1).o: $(call objects,$(FOLDER_$(1)))
	@mkdir -p $$(@D)
	$$(LD) -r -o $$@.all $$^
	$$(OBJCOPY) --redefine-sym main=$(call entry,$(1)) --weaken-symbol=PROG \
	  --keep-global-symbol=$(call entry,$(1)) --keep-global-symbol=PROG $$@.all $$@
endef
$(foreach name,$(PROGRAMS),$(eval $(call together,$(name))))

$(OBJ)/together/together.o: tools/overlay/together.c config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Of reeve-supervise there are many: it comes first, with what it needs of the libraries
# (hence twice), so that the memory that it writes to is in one place and not between the others'.
TOGETHER_FIRST := $(OBJ)/together/reeve-supervise.o
TOGETHER_REST := $(patsubst %,$(OBJ)/together/%.o,together $(filter-out reeve-supervise,$(PROGRAMS))) $(VERSION_OBJECT)
$(BIN)/reeve-together: $(TOGETHER_FIRST) $(TOGETHER_REST) $(BESIDES) $(LIBREEVE) tools/overlay/seldom.ld
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(TOGETHER_FIRST) $(BESIDES) $(LIBREEVE) $(LIBS) -lc $(TOGETHER_REST) $(LIBREEVE) $(LIBS)
