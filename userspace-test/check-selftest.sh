#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-selftest.sh [NAME]: each check is able to fail.  For every one a copy of
# the tree gets one planted mistake, and the check has to name it.  Prints "ok"
# and "not ok" lines like a test script; 10-static.sh runs it.  NAME selects the
# cases whose line contains it.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/lib.sh"

COPY=$SCRATCH/tree
ONLY=${1-}
# A mistake must not be found in this file, so the words are put together here.
UNFINISHED=$(printf %s%s TO DO)
VERSION=$(printf %s%s LINUX_VERSION _CODE)
MIRROR=$(printf %s%s ftp.xx.deb ian.org)
PLACE=$(printf %s%s /ho me/somebody)
URL=$(printf %s%s ht tp://192.0.2.1/x)

copy_tree() {
	mkdir -p "$COPY"
	(
		cd "$ROOT"
		if git rev-parse >/dev/null 2>&1; then
			git ls-files -co --exclude-standard -z
		else
			find . -path ./build -prune -o -type f -print0
		fi | tar -c --ignore-failed-read --null -T - -f - 2>/dev/null
	) | tar -x -C "$COPY"
}

# sees CHECK REGEX FILE [ARG...] < text: append the text to FILE in the copy,
# run the check on it, take the text away again.
sees() {
	local check=$1 regex=$2 file=$3 what="$1${4:+ $4} says $2" rc=0

	shift 3
	[[ "$what" == *"$ONLY"* ]] || return 0
	mkdir -p "$(dirname "$COPY/$file")"
	[ ! -e "$COPY/$file" ] || cp -p "$COPY/$file" "$SCRATCH/saved"
	cat >>"$COPY/$file"
	"$ROOT/userspace-test/$check.sh" "$COPY" "$@" >"$OUT" 2>&1 || rc=$?
	if [ "$rc" -ne 1 ]; then
		not_ok "$what" "exit status $rc, want 1"
		diag <"$OUT"
	elif ! grep -qE -- "$regex" "$OUT"; then
		not_ok "$what" "nothing matches '$regex'"
		diag <"$OUT"
	else
		ok "$what"
	fi
	rm -f "$COPY/$file"
	[ ! -e "$SCRATCH/saved" ] || mv "$SCRATCH/saved" "$COPY/$file"
}

copy_tree

sees check-style 'kmod/planted\.c:3: .*SPACING' kmod/planted.c <<-'END'
	// SPDX-License-Identifier: GPL-2.0-only

	int planted=1;
END
sees check-style 'planted\.c:1: .*SPDX' samples/planted.c <<<'int planted;'
sees check-style 'planted\.h:.*OPEN_ENDED_LINE' include/mempool/planted.h <<-'END'
	/* SPDX-License-Identifier: GPL-2.0-only */
	void planted(
		int x);
END

sees check-text 'planted\.c:1: does not say SPDX' kmod/planted.c spdx \
	<<<'int planted;'
sees check-text 'planted:1: does not say SPDX' lab/planted spdx <<<'echo hello'
sees check-text 'planted\.h:1: does not say SPDX.*syscall' \
	include/uapi/mempool/planted.h spdx \
	<<<'/* SPDX-License-Identifier: GPL-2.0-only */'
sees check-text 'planted\.c:2: kernel version' kmod/planted.c versions <<-END

	#if $VERSION >= 1
END
sees check-text 'planted\.c:1: unfinished' bench/planted.c notes \
	<<<"/* $UNFINISHED: later */"
sees check-text 'planted\.sh:2: a mirror' lab/planted.sh places <<-END
	# SPDX
	fetch $MIRROR
END
sees check-text 'planted\.sh:1: a path of one machine' lab/planted.sh places \
	<<<"cd $PLACE"
sees check-text 'planted\.sh:1: a URL' lab/planted.sh places \
	<<<"curl $URL"
sees check-text 'planted\.c:451: over 450' kmod/planted.c size < <(seq 451)
sees check-text 'planted\.sh:1: has a #! but' lab/planted.sh names <<<'#!/bin/sh'

sees check-shell 'planted\.sh:2:.*SC2086' lab/planted.sh <<-'END'
	#!/bin/sh
	rm $1
END
sees check-shell 'planted:1: no set -euo' lab/planted <<-'END'
	#!/bin/bash
	echo hello
END

sees check-floors 'backing\.h:[0-9]+: includes "depot\.h", which is not below' \
	kmod/backing.h <<<'#include "depot.h"'
sees check-floors 'depot\.c:[0-9]+: struct objcache below' kmod/depot.c \
	<<<'struct objcache;'
sees check-floors 'depot\.c:[0-9]+: kmem_cache_.* outside' kmod/depot.c \
	<<<'void f(void) { kmem_cache_free(a, b); }'
sees check-floors 'objcache\.h:[0-9]+: a public header includes' \
	include/mempool/objcache.h <<<'#include "../../kmod/depot.h"'
sees check-floors 'planted\.c:1: a room without a floor' kmod/planted.c \
	<<<'int planted;'
sees check-floors 'depot\.c:[0-9]+: includes .*force-included' kmod/depot.c \
	<<<'#include "compat/compat.h"'

sees check-kerneldoc "planted\.c:[0-9]+: warning: .*'y'" kmod/planted.c <<-'END'
	/**
	 * planted() - a parameter without a description
	 * @x: described
	 */
	void planted(int x, int y)
	{
	}
END
sees check-kerneldoc 'planted\.c:4: planted\(\) has no kernel-doc' \
	kmod/planted.c <<-'END'
	void planted(void)
	{
	}
	EXPORT_SYMBOL_GPL(planted);
END
sees check-kerneldoc 'planted\.c:8: planted\(\) does not say Context:' \
	kmod/planted.c <<-'END'
	/**
	 * planted() - no context
	 * Return: 0
	 */
	int planted(void)
	{
	}
	EXPORT_SYMBOL_NS_GPL(planted, NS);
END
sees check-kerneldoc 'planted\.h:6: planted\(\) does not say Return:' \
	include/mempool/planted.h <<-'END'
	/**
	 * planted() - no return value
	 *
	 * Context: any.
	 */
	static inline void *planted(void)
	{
		return NULL;
	}
END

sees check-kerneldoc 'planted\.c:1: Documentation/api\.rst does not pull in' \
	kmod/planted.c <<-'END'
	/**
	 * planted() - in a file that the documentation does not know
	 *
	 * Context: any.
	 */
	void planted(void)
	{
	}
	EXPORT_SYMBOL_GPL(planted);
END

sees check-targets "README\.md:[0-9]+: 'make planted' does not exist" \
	README.md <<<"Say \`make planted\` now."
sees check-targets "make help:0: 'make planted' does not exist" Makefile <<-'END'
	help: say-planted
	say-planted: ; @echo '  planted       does things'
END

# The checks that build are shown on one small module, in a tree that is
# nothing but that: with the whole project they would take minutes.
small_tree() {
	rm -rf "$COPY"
	mkdir -p "$COPY/kmod"
	cp -a "$ROOT/lab" "$COPY/"
	echo 'obj-m := kmod/' >"$COPY/Kbuild"
	echo 'obj-m := planted.o' >"$COPY/kmod/Kbuild"
}

small_tree
module() {
	cat <<-'END'
		// SPDX-License-Identifier: GPL-2.0-only
		#include <linux/module.h>

		static int __percpu *counter;

		static int __init planted_init(void)
		{
	END
	printf '\t%s\n' "$1"
	cat <<-'END'
			return counter ? 0 : -ENODEV;
		}
		module_init(planted_init);
		MODULE_DESCRIPTION("planted");
		MODULE_LICENSE("GPL");
	END
}
mkdir -p "$COPY/include"
for lane in 6.1 6.12 7; do
	sees check-warnings "planted\.c:8:.*(error|warning): .*unused" \
		kmod/planted.c "$lane" < <(module 'int unused = 5;')
done
for lane in 6.1 6.12; do
	sees check-sparse 'planted\.c:8:.*noderef' kmod/planted.c "$lane" \
		< <(module '*counter = 5;')
	sees check-sparse 'planted\.c:8:.*incorrect type.*address' \
		kmod/planted.c "$lane" \
		< <(module 'int *p = counter; if (!p) return -EINVAL;')
done
