# The overlay's one file for several programs (together.c says why), and its
# reeve-supervise, alone. Of each program's objects in the one file only its main
# is seen from outside, under the program's name.
OBJCOPY ?= objcopy
TOGETHER := reeve-init reeve-scan reeve reeve-exec reeve-log
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
$(BIN)/reeve-alone: $(call objects,$(FOLDER_reeve-supervise)) $(OBJ)/together/libc.o $(LIBREEVE)
$(BIN)/reeve-together $(BIN)/reeve-alone:
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
