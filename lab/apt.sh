# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# apt.sh - a private apt: its own sources and lists in the cache, so that the lab can
# read suites the machine does not use without touching the machine's configuration.
# Needs lib.sh.
#
# The mirror is the machine's own, read from its apt configuration.  apt checks every
# byte against the archive's signatures.  Lists are fetched at most once a day, and old
# ones do when the network is away.
#
# A view is the set of suites from which one thing is picked:
#   bookworm            Debian 12 with its updates and security fixes
#   bookworm-backports  the same plus backports, which win
#   trixie, trixie-backports  the same for Debian 13

APT_DIR=$CACHE/apt
APT_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
APT_MAX_AGE=1440	# minutes before the lists are fetched again
APT_RETRY=30		# minutes before a failed fetch is tried again
NET_HINT="the lab fetches kernels from the Debian mirror of this machine's apt
     configuration: check the network and that 'apt-get update' works, then run again.
     What is in the cache ($CACHE) keeps working without a network."

# apt_sites: "SITE RELEASE" of every Debian 'main' the machine is configured for.
apt_sites()
{
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --no-release-info \
		--format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk '$3 == "main" { print $1, $2 }'
}

apt_stanza()	# URI SUITE...
{
	local uri=$1

	shift
	printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$*"
	printf 'Architectures: amd64\nTargets: Packages\nSigned-By: %s\n\n' "$APT_KEYRING"
}

# apt_setup: write the sources of all views.
apt_setup()
{
	local sites mirror security s

	[ -r "$APT_KEYRING" ] || die "$APT_KEYRING is missing: apt-get install debian-archive-keyring"
	sites=$(apt_sites)
	mirror=$(awk '$2 ~ /^(bookworm|trixie)$/ { print $1; exit }' <<<"$sites")
	security=$(awk '$2 ~ /^(bookworm|trixie)-security$/ { print $1; exit }' <<<"$sites")
	[ -n "$mirror" ] || die "this machine's apt configuration names no Debian 12 or 13 mirror"

	mkdir -p "$APT_DIR"/{lists/partial,cache/archives/partial,none}
	: >"$APT_DIR/empty"
	for s in bookworm trixie; do
		{
			apt_stanza "$mirror" "$s" "$s-updates"
			[ -z "$security" ] || apt_stanza "$security" "$s-security"
		} >"$APT_DIR/$s.sources"
		{
			cat "$APT_DIR/$s.sources"
			apt_stanza "$mirror" "$s-backports"
		} >"$APT_DIR/$s-backports.sources"
	done
	cat "$APT_DIR"/{bookworm,trixie}-backports.sources >"$APT_DIR/all.sources"
	# The machine's apt settings (a proxy, say) still hold: this file is read last.
	# Its hooks are dropped, they are about the machine's own lists.
	cat >"$APT_DIR/apt.conf" <<-END
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear APT::Default-Release;
		APT::Architecture "amd64";
		#clear APT::Architectures;
		APT::Architectures "amd64";
		APT::Sandbox::User "root";
		APT::Get::List-Cleanup "false";
		APT::Install-Recommends "false";
		Acquire::Languages "none";
		Acquire::Retries "2";
		Acquire::http::Timeout "20";
		Acquire::https::Timeout "20";
		Dir::Etc::sourceparts "$APT_DIR/none";
		Dir::Etc::preferences "$APT_DIR/empty";
		Dir::Etc::preferencesparts "$APT_DIR/none";
		Dir::State::lists "$APT_DIR/lists";
		Dir::State::status "$APT_DIR/empty";
		Dir::State::extended_states "$APT_DIR/extended_states";
		Dir::Cache "$APT_DIR/cache";
	END
}

# apt_in VIEW TOOL ARG...: run apt-get or apt-cache on one view.
apt_in()
{
	local view=$1 tool=$2 prefer=()

	shift 2
	case $view in
	*-backports) prefer=(-o "APT::Default-Release=$view") ;;
	esac
	"$tool" -qq -c "$APT_DIR/apt.conf" -o "Dir::Etc::sourcelist=$APT_DIR/$view.sources" \
		"${prefer[@]}" "$@"
}

# apt_candidate VIEW PACKAGE: the version that would be installed, or nothing.
apt_candidate()
{
	apt_in "$1" apt-cache policy "$2" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# apt_newest VIEW REGEX: "PACKAGE VERSION" of the newest package whose name matches.
apt_newest()
{
	local pkg

	pkg=$(apt_in "$1" apt-cache pkgnames | grep -E "^$2\$" | sort -V | tail -n 1) || return 1
	echo "$pkg $(apt_candidate "$1" "$pkg")"
}

apt_fresh()
{
	[ -s "$APT_DIR/versions" ] || return 1
	[ -n "$(find "$APT_DIR/stamp" -mmin "-$APT_MAX_AGE" 2>/dev/null)" ] && return 0
	[ -n "$(find "$APT_DIR/failed" -mmin "-$APT_RETRY" 2>/dev/null)" ]
}

# apt_refresh: lists and the table of versions are there and not too old.
apt_refresh()
{
	apt_fresh && return 0
	locked "$CACHE/.locks/apt.lock" apt_refresh_locked
}

apt_refresh_locked()
{
	local log=$APT_DIR/update.log

	apt_fresh && return 0
	apt_setup
	say "fetching package lists"
	# Error-Mode=any: a list that cannot be fetched is a failure, not a warning.
	if ! apt_in all apt-get -o APT::Update::Error-Mode=any update >"$log" 2>&1; then
		if [ -s "$APT_DIR/versions" ]; then
			touch "$APT_DIR/failed"
			say "no new package lists (offline?): going on with those of" \
				"$(date -r "$APT_DIR/stamp" +%F)"
			return 0
		fi
		grep -m 2 -E '^[EW]:' "$log" >&2 || true
		die "cannot fetch package lists. $NET_HINT"
	fi
	apt_write_versions
	rm -f "$APT_DIR/failed"
	touch "$APT_DIR/stamp"
}

apt_write_versions()
{
	apt_versions >"$APT_DIR/versions.new"
	mv "$APT_DIR/versions.new" "$APT_DIR/versions"
}

# apt_versions: everything that runs with a full cache must know, as "WHAT PACKAGE
# VERSION", so that such a run asks neither apt nor the network.
apt_versions()
{
	local image='linux-image-%s[0-9.+a-z~-]*-cloud-amd64'

	# shellcheck disable=SC2059 # the format is the line above
	{
		echo "image-6.1 $(apt_newest bookworm "$(printf "$image" '6\.1\.')")"
		echo "image-6.12 $(apt_newest bookworm-backports "$(printf "$image" '6\.12[.+]')")"
		echo "image-rt $(apt_newest bookworm 'linux-image-6\.1\.[0-9.+a-z~-]*-rt-amd64')"
		echo "image-7 $(apt_newest trixie-backports "$(printf "$image" '7\.')")"
	}
	echo "source-6.1 $(apt_newest bookworm 'linux-source-6\.1')"
	echo "source-6.12 $(apt_newest bookworm-backports 'linux-source-6\.12')"
	echo "source-7 $(apt_newest trixie-backports 'linux-source-7\.[0-9]+')"
	echo "qemu qemu-system-x86 $(apt_candidate bookworm-backports qemu-system-x86)"
	echo "busybox busybox-static $(apt_candidate bookworm busybox-static)"
}

# apt_version WHAT: "PACKAGE VERSION" from that table.
apt_version()
{
	local line

	apt_refresh
	# A table of before there was such a line is made again, from the lists at hand.
	grep -q "^$1 " "$APT_DIR/versions" ||
		locked "$CACHE/.locks/apt.lock" apt_write_versions
	line=$(awk -v w="$1" '$1 == w && NF == 3 { print $2, $3 }' "$APT_DIR/versions")
	[ -n "$line" ] || die "the package source offers nothing for '$1'"
	echo "$line"
}

# apt_unpack VIEW DIR PACKAGE[=VERSION]...: download, check, unpack below DIR.
apt_unpack()
{
	local view=$1 dir=$2 tmp deb

	shift 2
	tmp=$dir/.download
	mkdir -p "$tmp"
	if ! (cd "$tmp" && apt_in "$view" apt-get download "$@" >log 2>&1); then
		cat "$tmp/log" >&2
		die "download failed. $NET_HINT"
	fi
	for deb in "$tmp"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "$tmp"
}

# apt_depends VIEW REGEX PACKAGE...: PACKAGEs and those of their direct and indirect
# dependencies whose name matches REGEX (awk), one a line.
apt_depends()
{
	local view=$1 regex=$2

	shift 2
	apt_in "$view" apt-cache depends --recurse --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces --no-enhances --no-pre-depends "$@" |
		awk -v r="$regex" '/^[^ <]/ && $1 ~ r && !seen[$1]++ { print $1 }'
}
