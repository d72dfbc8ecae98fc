# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for sleepproxy-agent. Commands and options are read from its own help.

_sleepproxy_agent() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} program=$1 pattern
	COMPREPLY=()

	case $previous in
	--config | --state)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--interface)
		mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net)" -- "$current")
		return
		;;
	esac

	pattern='^  [a-z]+'
	if [[ $current == -* ]]; then
		pattern='(^  |, )--[a-z-]+'
	fi
	mapfile -t COMPREPLY < <(compgen -W "$("$program" --help 2>/dev/null |
		grep -oE -- "$pattern" | tr -d ' ,')" -- "$current")
}

complete -F _sleepproxy_agent sleepproxy-agent
