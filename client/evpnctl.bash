# bash completion for evpnctl(8); evpnctl itself knows the words. -*- shell-script -*-
# SPDX-License-Identifier: Apache-2.0

_evpnctl()
{
	local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} words=() typed rest
	COMPREPLY=()
	# Readline splits at `=' and `:', which conditions and IPv6 addresses contain: the line is split at blanks here.
	read -ra words <<< "$line"
	[[ $line != *[[:space:]] ]] || words+=("")
	typed=${words[-1]}
	mapfile -t words < <("${words[0]}" --complete "${words[@]:1}" 2> /dev/null)
	if [[ ${words[*]} = FILE ]]; then
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$typed")
		return
	fi
	# What readline regards as typed is only the end of the word.
	rest=${typed%"$word"}
	[[ $word != [=:] ]] || rest=$typed
	mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$typed")
	COMPREPLY=("${COMPREPLY[@]#"$rest"}")
	if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = *= ]]; then
		compopt -o nospace 2> /dev/null
	fi
}
complete -F _evpnctl evpnctl
