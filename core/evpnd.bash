# bash completion for evpnd(8); its help has the options. -*- shell-script -*-
# SPDX-License-Identifier: Apache-2.0

_evpnd()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words
	# Readline makes words of their own of `--config', `=' and the value.
	[[ $word != = ]] || word=
	[[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]}
	case $before in
	-c | --config | --last-good)
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--state-dir)
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	--dump-plugin)
		if [[ $word = */* ]]; then
			compopt -o filenames 2> /dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return
		fi
		words=$("$1" --list-plugins 2> /dev/null | sed -n 's/^\([^ ]*\) .*/\1/p')
		;;
	--log-level) words='error warning notice info debug' ;;
	--instance | --timeout) words= ;;
	*) words=$("$1" --help 2> /dev/null | grep -oE '^ +(-[a-z], |    )--[a-z-]+' | grep -oE '\-\-[a-z-]+') ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _evpnd evpnd
