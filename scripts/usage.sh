# Sourced by developers' scripts: --help prints what stands at the head of one. POSIX shell.

# print_head FILE: its comment, down to "set -eu".
print_head() { sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$1"; }

# take_only_help FILE [ARGUMENT]: for scripts that take no other; what else is said is refused.
take_only_help() {
    case "${2-}" in
        '') ;;
        -h | --help)
            print_head "$1"
            exit
            ;;
        *)
            name=${1##*/}
            echo "${name%.sh}: unknown: $2. Known: --help" >&2
            exit 2
            ;;
    esac
}
