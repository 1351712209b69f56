# EVPND_LIBRARY(VAR, MODULES, PACKAGES): PKG_CHECK_MODULES, but a library that is missing is only noted, with the reason
# and the Debian packages that have it. EVPND_LIBRARIES_END reports all of them in one message and ends configure.
AC_DEFUN([EVPND_LIBRARY], [
	PKG_CHECK_MODULES([$1], [$2], [], [
		evpnd_missing="$evpnd_missing
    $2"
		evpnd_packages="$evpnd_packages $3"
	])
])
# EVPND_OPTIONAL(WHAT, PACKAGES): WHAT is left out; with these Debian packages it is built.
AC_DEFUN([EVPND_OPTIONAL], [evpnd_optional="$evpnd_optional
  Left out: $1
    apt install$2"])
AC_DEFUN([EVPND_LIBRARIES_END], [
	AS_IF([test -n "$evpnd_missing"], [AC_MSG_ERROR([these libraries are missing or too old:
$evpnd_missing

  Install them. On Debian and Ubuntu:

    apt install$evpnd_packages
$evpnd_optional])])
])
