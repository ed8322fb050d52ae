# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# For sourcing by run and check: Debian packages by name and reason, installed when missing.

build_packages=(
    'gcc:compiles the program'
    'libc6-dev:the C library'\''s headers'
    'cmake:configures the build'
    'ninja-build:runs the build'
    'pkg-config:finds the libraries'
    'libncurses-dev:the terminal (ncursesw)'
    'libutf8proc-dev:characters and their clusters'
    'liblmdb-dev:the embedded store (LMDB)'
    'libmicrohttpd-dev:the HTTP API'
    'libcurl4-openssl-dev:remote endpoints over HTTP'
    'nettle-dev:signatures of requests'
    'libdeflate-dev:checksums of answers'
    'zlib1g-dev:files of exports and imports'
    'libzstd-dev:files of imports'
    'libzip-dev:code of functions that comes as a zip'
)
test_packages=(
    'libjansson-dev:the JSON reader that ours is compared with'
    'libcmocka-dev:the unit tests'
    'awscli:a real client of the server'
    'python3-boto3:another one, whose signatures are verified'
    'zip:packs functions as the walk-throughs do'
    'libvterm-dev:the terminal emulator of the pseudo-terminal tests'
    'clang:the second compiler'
    'clang-format:the layout of the code'
    'mandoc:checks the manual pages'
    'dpkg-dev:works out what the .deb depends on'
    'file:tells the package builder which files are programs'
)

say() { printf '%s\n' "$*" >&2; }

# Names of those arguments NAME:REASON that are not installed.
missing_packages() {
    local names=("${@%%:*}") installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null |
        sed -n 's/^installed //p') || true
    printf '%s\n' "${names[@]}" | grep -vxF -e "$installed" || true
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -- "$@"
    fi
}

apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
    # the lists of a bare machine are empty, those of an old one point at versions that are gone
    as_root "${apt[@]}" install --no-install-recommends "$@" && return
    as_root "${apt[@]}" update
    as_root "${apt[@]}" install --no-install-recommends "$@"
}

# need_packages NAME:REASON...: installs what is missing and says what and why.
need_packages() {
    local missing package
    if ! command -v dpkg-query >/dev/null; then
        say "No Debian package manager here: taking it that these are installed: ${*%%:*}"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -eq 0 ] && return
    say "Installing ${#missing[@]} Debian packages:"
    for package in "$@"; do
        case " ${missing[*]} " in
        *" ${package%%:*} "*) printf '  %-18s %s\n' "${package%%:*}" "${package#*:}" >&2 ;;
        esac
    done
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        say "This needs root and there is no sudo. Run as root, then try again:"
        say "  apt-get update && apt-get install ${missing[*]}"
        exit 69
    fi
    mkdir -p build
    if ! apt_install "${missing[@]}" >build/packages.log 2>&1; then
        tail -n 20 build/packages.log >&2
        say "The packages could not be installed (the whole log: build/packages.log)."
        exit 69
    fi
}
