#!/bin/sh
#
# Puts hawatch's files where FreeBSD looks for them (hier(7)). It serves those who
# installed hawatch with pip, and the port.
#
#	sh install.sh			into /usr/local
#	PREFIX=/opt sh install.sh	elsewhere: the paths inside the files follow
#	DESTDIR=/var/stage sh install.sh	under another root, as a package is built
#	RC=no sh install.sh		without the rc.d script (the port brings its own)
#
# What would begin to act by being there is installed as a sample: the configuration,
# devd's rule (it would silence an older one), and cron's lines (cron reads every file of
# its directory, whatever its name is). The rest is off until rc.conf and periodic.conf
# say YES. Nothing that a person may have changed is written over.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}$prefix

# put MODE SOURCE TARGET: install a file with the prefix's paths in it.
put() {
	mkdir -p "$(dirname "$root/$3")"
	rm -f "$root/$3"
	sed "s|/usr/local/|$prefix/|g" "$here/$2" > "$root/$3"
	chmod "$1" "$root/$3"
}

# put_kept SOURCE TARGET: install TARGET.sample, and TARGET where there is none. A
# package has its own way to do the second half.
put_kept() {
	put 644 "$1" "$2.sample"
	[ -n "${DESTDIR:-}" ] || [ -e "$root/$2" ] || cp -p "$root/$2.sample" "$root/$2"
}

put 755 periodic/daily/407.status-hawatch etc/periodic/daily/407.status-hawatch
put 755 periodic/security/410.hawatch etc/periodic/security/410.hawatch
put 755 etc/libexec/hast-event libexec/hawatch/hast-event
[ "${RC:-yes}" = no ] || put 755 etc/rc.d/hawatch etc/rc.d/hawatch

put_kept etc/newsyslog.conf.d/hawatch.conf etc/newsyslog.conf.d/hawatch.conf
put_kept etc/syslog.d/hawatch.conf etc/syslog.d/hawatch.conf

put 644 etc/hawatch.toml etc/hawatch.toml.sample
put 644 etc/devd/hawatch.conf etc/devd/hawatch.conf.sample
put 644 etc/cron.d/hawatch share/examples/hawatch/cron.d/hawatch
put 644 etc/hast.conf.exec share/examples/hawatch/hast.conf.exec
put 644 etc/rc.local.hawatch share/examples/hawatch/rc.local.hawatch

put 644 man/hawatch.8 share/man/man8/hawatch.8
put 644 man/hawatch.toml.5 share/man/man5/hawatch.toml.5
put 644 man/hawatch-checks.7 share/man/man7/hawatch-checks.7

# Keys and secrets lie in the first one, the site's own checks in the second.
mkdir -p "$root/etc/hawatch/checks.d" "${DESTDIR:-}/var/db/hawatch"
chmod 700 "$root/etc/hawatch"
chmod 755 "$root/etc/hawatch/checks.d"
chmod 750 "${DESTDIR:-}/var/db/hawatch"
