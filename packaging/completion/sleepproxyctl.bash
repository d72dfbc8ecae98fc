# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for sleepproxyctl. Commands and options are read from its own help, names of hosts from the daemon.

# The names of the commands, one a line: what stands before the argument in the indented lines with a help text.
_sleepproxyctl_commands() {
	"$1" help 2>/dev/null | sed -n '/^Options/q; s/^  \([a-z][a-z ]*[a-z]\).*/\1/p' |
		sed 's/  .*//'
}

_sleepproxyctl_hosts() {
	"$@" host list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_sleepproxyctl() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} program=$1
	local i commands command='' words=()
	local socket=()
	COMPREPLY=()

	case $previous in
	--socket)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--interface)
		mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net)" -- "$current")
		return
		;;
	--wake)
		mapfile -t COMPREPLY < <(compgen -W "none tcp/any tcp/ udp/any udp/" -- "$current")
		return
		;;
	esac

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--socket)
			socket=(--socket "${COMP_WORDS[++i]}")
			;;
		-*) ;;
		*) words+=("${COMP_WORDS[i]}") ;;
		esac
	done
	if [[ ${words[0]} == help ]]; then
		words=("${words[@]:1}")
	fi

	commands=$(_sleepproxyctl_commands "$program")
	if grep -qxF -- "${words[*]:0:2}" <<<"$commands"; then
		command="${words[*]:0:2}"
	elif grep -qxF -- "${words[0]}" <<<"$commands"; then
		command=${words[0]}
	fi

	if [[ $current == -* ]]; then
		# shellcheck disable=SC2086 # the name of a command is two words of help's
		mapfile -t COMPREPLY < <(compgen -W "$({
			"$program" help $command
			"$program" help
		} 2>/dev/null | grep -oE -- '(^  |, )--[a-z-]+' | tr -d ' ,' | sort -u)" -- "$current")
	elif [[ -z $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(
			awk -v first="${words[0]}" 'first == "" { print $1 } $1 == first && NF > 1 { print $2 }' \
				<<<"$commands" | uniq
		)" -- "$current")
	elif [[ "${words[*]}" == "$command" ]] &&
		"$program" help "${words[@]}" 2>/dev/null | head -n 1 | grep -q NAME; then
		mapfile -t COMPREPLY < <(compgen -W "$(
			_sleepproxyctl_hosts "$program" "${socket[@]}"
		)" -- "$current")
	fi
}

complete -F _sleepproxyctl sleepproxyctl
