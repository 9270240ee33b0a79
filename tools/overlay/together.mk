# The overlay's one file for several programs (together.c says why). Of each
# program's objects only its main is seen from outside, under the program's name.
OBJCOPY ?= objcopy
TOGETHER := reeve-init reeve-scan reeve reeve-exec
entry = $(subst -,_,$(1))_main

define together
$(OBJ)/together/$(1).o: $(call objects,$(FOLDER_$(1)))
	@mkdir -p $$(@D)
	$$(LD) -r -o $$@.all $$^
	$$(OBJCOPY) --redefine-sym main=$(call entry,$(1)) --weaken-symbol=PROG \
	  --keep-global-symbol=$(call entry,$(1)) --keep-global-symbol=PROG $$@.all $$@
endef
$(foreach name,$(TOGETHER),$(eval $(call together,$(name))))

$(OBJ)/together/together.o $(OBJ)/together/libc.o: $(OBJ)/together/%.o: tools/overlay/%.c config.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(BIN)/reeve-together: $(patsubst %,$(OBJ)/together/%.o,together libc $(TOGETHER)) $(LIBREEVE)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
