# EVPND_CFLAGS(FLAGS), EVPND_LDFLAGS(FLAGS): adds each flag that the compiler (linker) takes to EVPND_FLAGS (EVPND_LINK).
# EVPND_LDFLAGS_VAR(VAR, FLAGS): the same into VAR.
AC_DEFUN([_EVPND_TRY_LINK], [
	evpnd_save="$LDFLAGS"
	LDFLAGS="$LDFLAGS $$1 $evpnd_flag"
	AC_MSG_CHECKING([whether the linker takes $evpnd_flag])
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[$1="$$1 $evpnd_flag"; AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])])
	LDFLAGS="$evpnd_save"
])
AC_DEFUN([EVPND_LDFLAGS_VAR], [
	for evpnd_flag in $2; do
		_EVPND_TRY_LINK([$1])
	done
])
AC_DEFUN([EVPND_LDFLAGS], [
	EVPND_LDFLAGS_VAR([EVPND_LINK], [$1])
	AC_SUBST([EVPND_LINK])
])
AC_DEFUN([EVPND_CFLAGS], [
	for evpnd_flag in $1; do
		evpnd_save="$CFLAGS"
		CFLAGS="$CFLAGS -Werror $evpnd_flag"
		AC_MSG_CHECKING([whether $CC takes $evpnd_flag])
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
			[EVPND_FLAGS="$EVPND_FLAGS $evpnd_flag"; AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])])
		CFLAGS="$evpnd_save"
	done
	AC_SUBST([EVPND_FLAGS])
])
