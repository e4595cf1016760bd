#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-kerneldoc.sh TREE: the kernel-doc comments parse without a warning,
# and each exported function has one that says where it may be called
# (Context:) and, unless it is void, what it returns (Return:).  The inline
# functions of the public headers are held to the same.  What is exported for
# KUnit alone is not API.  Documentation/api.rst pulls each file in.

# shellcheck source=userspace-test/check-lib.sh
. "$(dirname "$0")/check-lib.sh"
need perl python3
SOURCE=$("$ROOT/lab/source" --lane uml)

mapfile -t files < <(tree_files '^(include|kmod)/.*\.[ch]$')
[ ${#files[@]} -gt 0 ] || bad ".:0: no kernel C found"
said=$(/usr/bin/python3 -B "$SOURCE/scripts/kernel-doc" -none -Werror \
	"${files[@]}" 2>&1) || rc=$?
bad_lines < <(sed -nE 's/^(Warning|Error): ([^ ]*:[0-9]*)/\2: warning:/p' \
	<<<"$said" | sort -u)
[ "${rc:-0}" -eq 0 ] || [ "$VIOLATIONS" -gt 0 ] ||
	bad ".:0: kernel-doc failed: $said"

# All files in one pass: the comment may stand in the header while the body is
# elsewhere.
bad_lines < <(perl -0777 -e '
	my (%doc, %def, @want);
	for my $file (@ARGV) {
		open(my $f, "<", $file) or die;
		my $text = <$f>;
		while ($text =~ m{/\*\*\s*\n\s*\*\s+(\w+)(?:\(\))?\s+-(.*?)\*/}gs) {
			$doc{$1} .= $2;
		}
		# A definition or declaration at the left margin: the return type
		# on the same line as the name or on the line before it.
		my $code = $text;
		$code =~ s{/\*.*?\*/}{"\n" x ($& =~ tr/\n//)}gse;
		while ($code =~ m{^((?:[a-z_][\w \t]*?[ \t*\n]\**)?)(\w+)\s*\(([^;{}]*?)\)([^;{}()]*)[;\{]}gmi) {
			my ($type, $name, $at) = ($1, $2, $-[2]);
			next if $type !~ /\S/ || $type =~ /\b(?:return|else|typedef|define)\b/;
			$def{$name} = $type;
			my $line = 1 + (substr($code, 0, $at) =~ tr/\n//);
			push @want, [$file, $line, $name]
				if $file =~ m{^include/mempool/} && $name !~ /^_/ &&
				   $type =~ /\binline\b/;
		}
		while ($code =~ m{^(EXPORT_SYMBOL\w*)\(\s*(\w+)}gm) {
			my ($how, $name, $at) = ($1, $2, $-[1]);
			next if $how eq "EXPORT_SYMBOL_FOR_TEST";
			my $line = 1 + (substr($code, 0, $at) =~ tr/\n//);
			push @want, [$file, $line, $name];
		}
	}
	for (@want) {
		my ($file, $line, $name) = @$_;
		my $type = $def{$name};
		next if !defined $type;		# data, not a function
		my $doc = $doc{$name};
		if (!defined $doc) {
			print "$file:$line: $name() has no kernel-doc\n";
			next;
		}
		print "$file:$line: $name() does not say Context:\n"
			if $doc !~ /^\s*\*\s*Context:/m;
		my $void = $type =~ /\bvoid\s*$/;
		print "$file:$line: $name() does not say Return:\n"
			if !$void && $doc !~ /^\s*\*\s*Returns?:/m;
	}
	print "kmod:0: no exported function found\n" if !@want;
' "${files[@]}")

# pulled_in FILE...: api.rst names them, so that a reader finds the comments.
pulled_in() {
	local file

	for file; do
		grep -q "^\.\. kernel-doc:: $file\$" Documentation/api.rst ||
			bad "$file:1: Documentation/api.rst does not pull in its kernel-doc"
	done
}

mapfile -t api < <(grep -lE '^EXPORT_SYMBOL_(NS_)?GPL\(' "${files[@]}" | grep -v '^kmod/compat/'
	tree_files '^include/mempool/.*\.h$')
pulled_in "${api[@]}"
verdict
